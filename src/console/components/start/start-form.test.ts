import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PipelineDeclaration } from '../../../core/pipeline/declaration.ts'
import { startForm, startInput, startProblem, variableProblem, whatWillRun } from './start-form.ts'

const shop = {
  name: 'shop',
  pipelineType: 'V2',
  executionMode: 'QUEUED',
  variables: [{ name: 'Target', defaultValue: 'staging' }, { name: 'Ticket' }],
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'Checkout',
          actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
          configuration: {},
          inputArtifacts: [],
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    { name: 'Build', actions: [] },
  ],
} as unknown as PipelineDeclaration

test('given nothing chosen, the newest revisions and the defaults are used', () => {
  assert.deepEqual(startInput('shop', startForm(shop)), { name: 'shop' })
})

test('given another execution to be like, its revision and its own values are filled in', () => {
  const form = startForm(shop, {
    artifactRevisions: [{ name: 'Code', revisionId: 'abc' }],
    variables: [
      { name: 'Target', resolvedValue: 'staging' },
      { name: 'Ticket', resolvedValue: 'T-7' },
    ],
  })
  assert.deepEqual(startInput('shop', form), {
    name: 'shop',
    sourceRevisions: [{ actionName: 'Checkout', revisionType: 'COMMIT_ID', revisionValue: 'abc' }],
    variables: [{ name: 'Ticket', value: 'T-7' }],
  })
  assert.equal(startProblem(shop, form), undefined)
})

test('given a variable without default and value, the field and the API both say so', () => {
  const form = startForm(shop)
  assert.equal(variableProblem(form.variables[1]!), 'It has no default: give a value.')
  assert.match(startProblem(shop, form) ?? '', /Ticket/)
})

test('given a value too long, the field says how long it is', () => {
  assert.match(variableProblem({ name: 'a', description: '', defaultValue: '', value: 'x'.repeat(1001) }) ?? '', /1001/)
})

test('what will run names the stages and what the mode means', () => {
  assert.equal(
    whatWillRun(shop),
    '1 actions in 2 stages: Source, Build. It waits in line for each stage behind the executions before it.',
  )
})
