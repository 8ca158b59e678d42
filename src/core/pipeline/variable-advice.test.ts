import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { advise } from './advice.ts'
import { APPROVAL, BUILD, CHECK, COMMANDS, pipeline, SOURCE, stage, type Json } from './fixtures.ts'
import { Opaque } from './opaque.ts'

const quiet = { ...SOURCE, configuration: { ...(SOURCE['configuration'] as Json), PollForSourceChanges: 'false' } }
const source = { ...quiet, namespace: 'Source' }
const uses = (value: unknown, change: Json = {}): Json => ({
  ...BUILD,
  name: 'Use',
  outputArtifacts: [],
  configuration: { ProjectName: value },
  ...change,
})
/** Source, then what is under test. */
const after = (...actions: readonly Json[]) =>
  pipeline({ stages: [stage('Source', source), stage('Build', ...actions)] })
const advised = (input: Json) => advise(input).map(({ rule, message }) => `${rule} ${message}`)

describe('advice on variables', () => {
  it('warns of a key the action never puts out, and says which one was meant', () => {
    assert.deepEqual(advised(after(uses('#{Source.CommitID}'))), [
      "L-05 The action 'Use' will fail at #{Source.CommitID}: the action 'Fetch' puts out AuthorDate, BranchName, CommitId, CommitMessage, CommitterDate, RepositoryName. Did you mean #{Source.CommitId}?",
    ])
  })

  it('says it once, however often the reference stands there', () => {
    assert.equal(advised(after(uses('#{Source.X}#{Source.X}'))).length, 1)
    assert.equal(advised(after(uses('#{Source.X}'), uses('#{Source.X}', { name: 'Again' }))).length, 2)
  })

  it('guesses nothing when no key is close', () => {
    assert.match(advised(after(uses('#{Source.ImageURI}')))[0] ?? '', /RepositoryName$/)
  })

  it('says where it stands', () => {
    assert.deepEqual(advise(after(uses('#{Source.X}')))[0]?.path, [
      'pipeline',
      'stages',
      1,
      'actions',
      0,
      'configuration',
      'ProjectName',
    ])
  })

  it('knows that approvals put out nothing', () => {
    const approval = { ...APPROVAL, namespace: 'A' }
    assert.match(
      advised(after(approval, uses('#{A.Answer}', { runOrder: 2 })))[0] ?? '',
      /'Approve' puts out no variables$/,
    )
  })

  it('knows the variables a Commands action declares, and that a build exports what it likes', () => {
    const commands = { ...COMMANDS, namespace: 'C', outputVariables: ['VERSION'] }
    const build = { ...BUILD, namespace: 'B' }
    const found = advised(after(commands, build, uses('#{C.VERSION}#{C.VERSON}#{B.anything}', { runOrder: 2 })))
    assert.deepEqual(found, [
      "L-05 The action 'Use' will fail at #{C.VERSON}: the action 'Run' puts out VERSION. Did you mean #{C.VERSION}?",
    ])
  })

  it('says nothing about types and values it cannot know', () => {
    const custom = { ...BUILD, namespace: 'B', actionTypeId: { ...(BUILD['actionTypeId'] as Json), owner: 'Custom' } }
    const open = { ...COMMANDS, namespace: 'C', outputVariables: [new Opaque('x')] }
    assert.deepEqual(advised(after(custom, open, uses('#{B.k}#{C.k}', { runOrder: 2 }))), [])
    assert.deepEqual(advised(after(uses(new Opaque('#{Source.Nothing}')))), [])
  })

  it('names the near miss of a reference that the API refuses', () => {
    assert.deepEqual(advised(after(uses('#{Sorce.CommitId}'))), [
      'L-05 #{Sorce.CommitId} is not known. Did you mean #{Source.CommitId}?',
    ])
    assert.deepEqual(advised(after(uses('#{codepipeline.ExecutionId}'))), [
      'L-05 #{codepipeline.ExecutionId} is not known. Did you mean #{codepipeline.PipelineExecutionId}?',
    ])
    const declared = { ...after(uses('#{variables.stge}#{variable.stage}')), variables: [{ name: 'stage' }] }
    assert.deepEqual(advised(declared), [
      'L-05 #{variables.stge} is not known. Did you mean #{variables.stage}?',
      'L-05 #{variable.stage} is not known. Did you mean #{variables.stage}?',
    ])
    assert.deepEqual(advised(after(uses('#{Elsewhere.k}'))), [])
  })

  it('explains that a namespace belongs to an action that does not run before', () => {
    assert.deepEqual(advised(after({ ...BUILD, namespace: 'B' }, uses('#{B.k}'))), [
      "L-05 The namespace B belongs to the action 'Compile' in stage 'Build', which is not certain to end before the action 'Use' starts",
    ])
  })

  it('points at what only looks like a reference, but not in commands', () => {
    assert.deepEqual(advised(after(uses('#{Source.Commit Id}'))), [
      "L-05 The configuration 'ProjectName' of the action 'Use' has a #{ that begins no variable reference and stays as it is: a reference is #{namespace.name}",
    ])
    assert.deepEqual(advised(after({ ...COMMANDS, commands: ['ruby -e "puts #{1 + 1}"'] })), [])
  })

  it('wonders about a variable check without a variable', () => {
    const check = { ...CHECK, configuration: { Variable: 'Source.BranchName', Value: 'main', Operator: 'EQ' } }
    const build = { ...stage('Build', BUILD), beforeEntry: { conditions: [{ result: 'SKIP', rules: [check] }] } }
    assert.deepEqual(advised(pipeline({ stages: [stage('Source', source), build] })), [
      "L-05 The rule 'VariableCheck' compares the text 'Source.BranchName' and no variable: a reference is #{namespace.name}",
    ])
  })

  it('looks at the rules of conditions too', () => {
    const check = { ...CHECK, configuration: { Variable: '#{Source.Branch}', Value: 'main', Operator: 'EQ' } }
    const build = { ...stage('Build', BUILD), beforeEntry: { conditions: [{ result: 'SKIP', rules: [check] }] } }
    assert.match(
      advised(pipeline({ stages: [stage('Source', source), build] }))[0] ?? '',
      /^L-05 The rule 'VariableCheck' will fail at #\{Source\.Branch\}: /,
    )
  })
})
