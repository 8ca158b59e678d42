/** `spec` 13, Structure, through the API. */
import {
  CreateCustomActionTypeCommand,
  DeletePipelineCommand,
  GetPipelineCommand,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { job, named, p3, source, stage, startTester, type Tester } from '../../support/worker.ts'

let tester: Tester
before(async () => {
  tester = await startTester()
})
after(async () => await tester[Symbol.asyncDispose]())

const artifact = (name: string) => [{ name }]
const refused = async (pipeline: PipelineDeclaration, exception: string, message?: RegExp) =>
  await assert.rejects(tester.create({ ...pipeline, name: 'Refused' }), named(exception, message))

let names = 0
const accepted = async (pipeline: Partial<PipelineDeclaration>) => {
  const answer = await tester.create(p3({ ...pipeline, name: `Accepted${(names += 1)}` }))
  assert.ok(answer.pipeline)
  return answer.pipeline
}

describe('a structure is refused with the first rule it breaks', () => {
  test('S01 given one stage only, then InvalidStructureException says how many there should be', async () => {
    await refused(
      p3({ stages: [stage('Src', source())] }),
      'InvalidStructureException',
      /^Pipeline has only 1 stage\(s\)\./,
    )
  })

  test('S02 given a first stage with a source and a build action, then it is refused', async () => {
    const stages = [stage('Src', source(), job('X')), stage('Build', job('B'))]
    await refused(p3({ stages }), 'InvalidStructureException', /only contains source actions/)
  })

  test('S03 given a source action in the second stage, then it is refused', async () => {
    const stages = [stage('Src', source()), stage('Build', job('B'), source('S2'))]
    await refused(p3({ stages }), 'InvalidStructureException')
  })

  test('S04 given a name twice, then stages and actions of one stage are refused, and across stages it is fine', async () => {
    const twice = [stage('Src', source()), stage('Build', job('B')), stage('Build', job('C'))]
    await refused(p3({ stages: twice }), 'InvalidStructureException', /has been used more than once/)
    const actions = [stage('Src', source()), stage('Build', job('B'), job('B'))]
    await refused(p3({ stages: actions }), 'InvalidStageDeclarationException')
    await accepted({ stages: [stage('Src', source()), stage('Build', job('B')), stage('Deploy', job('B'))] })
  })

  test('S05 given an input artifact, then only an action that surely runs earlier may make it', async () => {
    const making = (runOrder: number) =>
      p3({
        stages: [
          stage('Src', source()),
          stage(
            'Build',
            job('A', { outputArtifacts: artifact('Made'), runOrder }),
            job('B', { inputArtifacts: artifact('Made'), runOrder: 2 }),
          ),
        ],
      })
    await refused(making(2), 'InvalidActionDeclarationException', /Made/)
    await accepted(making(1))
    const later = [
      stage('Src', source()),
      stage('Build', job('B', { inputArtifacts: artifact('Made') })),
      stage('Deploy', job('D', { outputArtifacts: artifact('Made') })),
    ]
    await refused(p3({ stages: later }), 'InvalidActionDeclarationException')
  })

  test('S06 given two actions that make the same artifact, then it is refused', async () => {
    const outputArtifacts = artifact('A')
    const stages = [
      stage('Src', source()),
      stage('Build', job('B', { outputArtifacts }), job('C', { outputArtifacts })),
    ]
    await refused(p3({ stages }), 'InvalidActionDeclarationException', /has been used more than once/)
  })

  test('S07 given a CodeBuild action without input, then the message counts', async () => {
    const actionTypeId = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const
    const build = { name: 'B', actionTypeId, configuration: { ProjectName: 'x' } }
    await refused(
      p3({ stages: [stage('Src', source()), stage('Build', build)] }),
      'InvalidActionDeclarationException',
      /Action B declares 0 input artifacts which is less than the minimum count \(1\)/,
    )
  })

  test('S08 given both kinds of artifact store, neither, or none in the own region, then it is refused', async () => {
    const store = { type: 'S3', location: 'artifacts' } as const
    await refused(p3({ artifactStores: { 'eu-west-1': store } }), 'InvalidStructureException')
    const { artifactStore: _, ...neither } = p3()
    await refused(neither, 'InvalidStructureException')
    await refused({ ...neither, artifactStores: { 'us-east-1': store } }, 'InvalidStructureException', /eu-west-1/)
  })

  test('S09 given blockers, then it is refused', async () => {
    const stages = [
      stage('Src', source()),
      { ...stage('Build', job('B')), blockers: [{ name: 'b', type: 'Schedule' as const }] },
    ]
    await refused(p3({ stages }), 'InvalidBlockerDeclarationException')
  })

  test('S10 given an unknown provider, then the text names the type and the region', async () => {
    const actionTypeId = { category: 'Build', owner: 'AWS', provider: 'Unheard', version: '1' } as const
    await refused(
      p3({ stages: [stage('Src', source()), stage('Build', { name: 'B', actionTypeId })] }),
      'InvalidActionDeclarationException',
      /^ActionType \(Category: 'Build', Provider: 'Unheard', Owner: 'AWS', Version: '1'\) in action 'B' is not available in region 'EU_WEST_1'$/,
    )
  })

  test('S11 given a runOrder of 0 or 1000, then ValidationException; 999 is fine', async () => {
    const at = (runOrder: number) => p3({ stages: [stage('Src', source()), stage('Build', job('B', { runOrder }))] })
    await refused(at(0), 'ValidationException')
    await refused(at(1000), 'ValidationException')
    await accepted(at(999))
  })

  test('S12 given a name with a space, then the message shows the pattern', async () => {
    await assert.rejects(
      tester.create(p3({ name: 'x y' })),
      named(
        'ValidationException',
        /^1 validation error detected: Value 'x y' at 'pipeline\.name' failed to satisfy constraint: Member must satisfy regular expression pattern/,
      ),
    )
  })

  test('S13 given a namespace twice or a reserved one, then it is refused', async () => {
    const spaces = (one: string, other: string) =>
      p3({
        stages: [stage('Src', source()), stage('Build', job('B', { namespace: one }), job('C', { namespace: other }))],
      })
    await refused(
      spaces('N', 'N'),
      'InvalidActionDeclarationException',
      /^Namespaces must be unique across the pipeline definition/,
    )
    await refused(spaces('codepipeline', 'N'), 'InvalidActionDeclarationException')
  })

  test('given a role that does not let the service in, then it is refused; given one that does or is not known, then not', async () => {
    const role = async (RoleName: string, Service: string) =>
      await tester.iam.send(
        new CreateRoleCommand({
          RoleName,
          AssumeRolePolicyDocument: JSON.stringify({
            Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
          }),
        }),
      )
    await role('Builder', 'codebuild.amazonaws.com')
    await role('Shipper', 'codepipeline.amazonaws.com')
    const of = (name: string) => p3({ roleArn: `arn:aws:iam::000000000000:role/${name}` })
    await refused(
      of('Builder'),
      'InvalidStructureException',
      /^CodePipeline is not authorized to perform AssumeRole on role arn:aws:iam::000000000000:role\/Builder$/,
    )
    await accepted(of('Shipper'))
    await accepted(of('Elsewhere'))
  })

  test('S14 given V1 with a V2 feature, then it is refused; without a type it becomes V2', async () => {
    const [src, build] = [stage('Src', source()), stage('Build', job('B'))]
    const features: readonly Partial<PipelineDeclaration>[] = [
      { executionMode: 'QUEUED' },
      { variables: [{ name: 'v', defaultValue: '1' }] },
      { stages: [src, { ...build, onFailure: { result: 'ROLLBACK' } }] },
    ]
    for (const feature of features) {
      await refused(p3({ ...feature, pipelineType: 'V1' }), 'InvalidStructureException')
      const { pipelineType } = await accepted({ ...feature, pipelineType: undefined })
      assert.equal(pipelineType, 'V2')
    }
  })

  test('S15 given PARALLEL with a rollback, then it is refused', async () => {
    const stages = [stage('Src', source()), { ...stage('Build', job('B')), onFailure: { result: 'ROLLBACK' as const } }]
    await refused(p3({ executionMode: 'PARALLEL', stages }), 'InvalidStructureException')
  })

  test('S16 given SKIP with an alarm rule, then it is refused', async () => {
    const rule = {
      name: 'R',
      ruleTypeId: { category: 'Rule' as const, owner: 'AWS' as const, provider: 'CloudWatchAlarm', version: '1' },
      configuration: { AlarmName: 'a' },
    }
    const beforeEntry = { conditions: [{ result: 'SKIP' as const, rules: [rule] }] }
    const stages = [stage('Src', source()), { ...stage('Build', job('B')), beforeEntry }]
    await refused(p3({ stages }), 'InvalidStageDeclarationException')
  })
})

describe('a pipeline through its life', () => {
  test('S17 given a name in use, when it is created again, then it is refused and nothing changes', async () => {
    await tester.create(p3({ name: 'Taken' }))
    await assert.rejects(
      tester.create(p3({ name: 'Taken', stages: [stage('Other', source()), stage('Build', job('B'))] })),
      named(
        'PipelineNameInUseException',
        /^A pipeline with the name 'Taken' already exists in account '000000000000'$/,
      ),
    )
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'Taken' }))
    assert.equal(pipeline?.stages?.[0]?.name, 'Src')
  })

  test('S18 given a new pipeline, then reading it shows every default', async () => {
    await tester.create(p3({ name: 'Fresh' }))
    const { pipeline, metadata } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'Fresh' }))
    assert.equal(pipeline?.version, 1)
    assert.equal(pipeline.executionMode, 'SUPERSEDED')
    const [action] = pipeline.stages?.[0]?.actions ?? []
    assert.deepEqual(
      [action?.runOrder, action?.configuration, action?.inputArtifacts, action?.outputArtifacts],
      [1, {}, [], []],
    )
    assert.equal(metadata?.pipelineArn, 'arn:aws:codepipeline:eu-west-1:000000000000:Fresh')
    assert.ok(metadata.created instanceof Date && metadata.updated instanceof Date)
  })

  test('S19 given two updates alike, then the version grows, the first one stays readable and the version sent in is ignored', async () => {
    await tester.create(p3({ name: 'Grows' }))
    const changed = p3({ name: 'Grows', version: 77, stages: [stage('Src', source()), stage('Other', job('B'))] })
    const second = await tester.update(changed)
    const third = await tester.update(changed)
    assert.deepEqual([second.pipeline?.version, third.pipeline?.version], [2, 3])
    const get = async (version: number) =>
      await tester.codepipeline.send(new GetPipelineCommand({ name: 'Grows', version }))
    assert.deepEqual(
      (await get(1)).pipeline?.stages?.map(({ name }) => name),
      ['Src', 'Build', 'Deploy'],
    )
    assert.equal((await get(1)).pipeline?.version, 1)
    await assert.rejects(get(99), named('PipelineVersionNotFoundException', /'Grows' and version '99'/))
  })

  test('given updates at the same moment, then each gets a version of its own', async () => {
    await tester.create(p3({ name: 'Busy' }))
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await tester.update(p3({ name: 'Busy' }))))
    assert.deepEqual(new Set(answers.map(({ pipeline }) => pipeline?.version)), new Set([2, 3, 4, 5, 6]))
  })

  test('S20 given an update with ****, then the secret stays; a new pipeline may not have it', async () => {
    await tester.codepipeline.send(
      new CreateCustomActionTypeCommand({
        category: 'Deploy',
        provider: 'Vault',
        version: '1',
        configurationProperties: [{ name: 'Password', required: true, key: false, secret: true }],
        inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
        outputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
      }),
    )
    const actionTypeId = { category: 'Deploy', owner: 'Custom', provider: 'Vault', version: '1' } as const
    const keeping = (Password: string, name: string) =>
      p3({
        name,
        stages: [stage('Src', source()), stage('Ship', { name: 'V', actionTypeId, configuration: { Password } })],
      })
    await refused(
      keeping('****', 'x'),
      'InvalidActionDeclarationException',
      /"\*\*\*\*" may be used in secret properties/,
    )
    const { pipeline: created } = await tester.create(keeping('hunter2', 'Secretive'))
    const shown = created?.stages?.[1]?.actions?.[0]?.configuration
    assert.deepEqual(shown, { Password: '****' })
    await tester.update(keeping('****', 'Secretive'))
    const key = { account: '000000000000', region: 'eu-west-1', name: 'Secretive' }
    const record = await tester.store.read.pipelines.load(key)
    assert.deepEqual(record?.state.declaration.stages[1]?.actions[0]?.configuration, { Password: 'hunter2' })
  })

  test('S21 given a pipeline, when it is deleted twice, then both succeed, and a new one of the name starts over', async () => {
    await tester.create(p3({ name: 'Gone' }))
    await tester.update(p3({ name: 'Gone' }))
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'Gone' }))
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'Gone' }))
    await assert.rejects(
      tester.codepipeline.send(new GetPipelineCommand({ name: 'Gone' })),
      named('PipelineNotFoundException', /^Account '000000000000' does not have a pipeline with name 'Gone'$/),
    )
    const { pipeline } = await tester.create(p3({ name: 'Gone' }))
    assert.equal(pipeline?.version, 1)
    assert.equal((await tester.executions('Gone')).length, 1)
  })
})
