import assert from 'node:assert/strict'
import { test } from 'node:test'
import { artifactPlace, artifactsBehind, deployedBefore, entryChanges } from './changes.ts'

const declaration = {
  name: 'shop',
  roleArn: '',
  stages: [
    { name: 'Build', actions: [{ name: 'Compile', actionTypeId: undefined, outputArtifacts: [{ name: 'App' }] }] },
    {
      name: 'Prod',
      actions: [
        { name: 'Ask', actionTypeId: undefined, runOrder: 1 },
        { name: 'Deploy', actionTypeId: undefined, runOrder: 2, inputArtifacts: [{ name: 'App' }, { name: 'Config' }] },
      ],
    },
    { name: 'After', actions: [{ name: 'Tell', actionTypeId: undefined, inputArtifacts: [{ name: 'App' }] }] },
  ],
}

test('behind an approval are the later actions of its stage and all of the stages after it', () => {
  assert.deepEqual(artifactsBehind(declaration, 'Prod', 'Ask'), ['App', 'Config'])
  assert.deepEqual(artifactsBehind(declaration, 'Prod', 'Deploy'), ['App'])
})

test('what is out now is the newest earlier execution that succeeded', () => {
  const runs = [
    { pipelineExecutionId: 'd', status: 'Succeeded' as const },
    { pipelineExecutionId: 'c', status: 'InProgress' as const },
    { pipelineExecutionId: 'b', status: 'Failed' as const },
    { pipelineExecutionId: 'a', status: 'Succeeded' as const },
  ]
  assert.equal(deployedBefore(runs, 'c')?.pipelineExecutionId, 'a')
  assert.equal(deployedBefore(runs, 'a'), undefined)
})

test('an artifact is found at the action that made it', () => {
  const s3location = { bucket: 'b', key: 'k' }
  assert.deepEqual(artifactPlace([{ output: { outputArtifacts: [{ name: 'App', s3location }] } }], 'App'), s3location)
  assert.equal(artifactPlace([{}], 'App'), undefined)
})

test('entries of two archives differ by path, size and checksum', () => {
  const before = [
    { path: 'same', size: 1, crc32: 1 },
    { path: 'edited', size: 2, crc32: 2 },
    { path: 'gone', size: 3, crc32: 3 },
  ]
  const after = [
    { path: 'new', size: 9, crc32: 9 },
    { path: 'same', size: 1, crc32: 1 },
    { path: 'edited', size: 2, crc32: 4 },
  ]
  assert.deepEqual(
    entryChanges(before, after).map(({ path, change }) => [path, change]),
    [
      ['edited', 'changed'],
      ['gone', 'removed'],
      ['new', 'added'],
    ],
  )
})
