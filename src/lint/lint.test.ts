import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { lintText, renderLint, type LintOptions } from './lint.ts'

const CLI = `{
  "pipeline": {
    "name": "site",
    "roleArn": "arn:aws:iam::000000000000:role/pipeline",
    "artifactStore": { "type": "S3", "location": "artifacts" },
    "stages": [
      {
        "name": "Source",
        "actions": [
          {
            "name": "Fetch",
            "actionTypeId": { "category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1" },
            "configuration": { "RepositoryName": "site", "BranchName": "main", "PollForSourceChanges": "false" },
            "outputArtifacts": [{ "name": "Source" }]
          }
        ]
      },
      {
        "name": "Build",
        "actions": [
          {
            "name": "Compile",
            "actionTypeId": { "category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1" },
            "configuration": { "ProjectName": "site" },
            "inputArtifacts": [{ "name": "Source" }]
          }
        ]
      }
    ],
    "version": 1
  },
  "metadata": { "pipelineArn": "arn:aws:codepipeline:us-east-1:000000000000:site" }
}
`

const repeated = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

/** A template whose pipelines share stages by an alias. */
const PIPELINES = (count: number) =>
  `X: &s\n${repeated(100, (i) => `  - {Name: s${i}, Actions: [{Name: b, ActionTypeId: {Category: Source, Owner: AWS, Provider: S3, Version: 1}}]}\n`)}` +
  `Resources:\n${repeated(count, (i) => `  P${i}: {Type: AWS::CodePipeline::Pipeline, Properties: {RoleArn: x, Stages: *s}}\n`)}`

const TEMPLATE = `Parameters:
  Branch: { Type: String, Default: main }
  Approval: { Type: String, Default: 'no', AllowedValues: ['yes', 'no'] }
Conditions:
  WithApproval: !Equals [!Ref Approval, 'yes']
  WithoutApproval: !Not [!Condition WithApproval]
Resources:
  Role:
    Type: AWS::IAM::Role
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: !GetAtt Role.Arn
      RestartExecutionOnUpdate: true
      ArtifactStore:
        Type: S3
        Location: !Ref Bucket
      Stages:
        - Name: Source
          Actions:
            - Name: Fetch
              ActionTypeId: { Category: Source, Owner: AWS, Provider: CodeCommit, Version: 1 }
              Configuration:
                RepositoryName: !ImportValue repository
                BranchName: !Ref Branch
                PollForSourceChanges: false
              OutputArtifacts: [{ Name: !Sub '\${AWS::StackName}-source' }]
        - !If
          - WithApproval
          - Name: Approve
            Actions:
              - Name: Approve
                ActionTypeId: { Category: Approval, Owner: AWS, Provider: Manual, Version: '1' }
          - !Ref AWS::NoValue
        - Name: Build
          Actions:
            - Name: Compile
              RunOrder: '1'
              ActionTypeId: { Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1' }
              Configuration:
                ProjectName: !Ref Project
              InputArtifacts: [{ Name: !Sub '\${AWS::StackName}-source' }]
`

const lint = (text: string, options?: LintOptions) => lintText(text, 'p.yaml', options)
const found = (text: string, options?: LintOptions) => lint(text, options).map(({ line, rule }) => `${line} ${rule}`)

describe('lint', () => {
  it('has nothing to say about a sound declaration of the AWS CLI', () => {
    assert.deepEqual(lint(CLI), [])
    assert.deepEqual(lint(CLI, { region: 'us-east-1' }), [])
  })

  it('reads the bare declaration, JSON with tabs and YAML alike', () => {
    const { pipeline } = JSON.parse(CLI) as { pipeline: object }
    assert.deepEqual(lint(JSON.stringify(pipeline)), [])
    assert.deepEqual(lint(JSON.stringify(JSON.parse(CLI), null, '\t')), [])
    assert.deepEqual(
      lint('name: x y\nstages: []\nroleArn: r\nartifactStore: {type: S3, location: abc}\n').at(0)?.line,
      1,
    )
  })

  it('names every problem with its line, not only the first', () => {
    const text = CLI.replace('"name": "site"', '"name": "my site"')
      .replace('"ProjectName": "site"', '"Project": "site"')
      .replace(
        '[{ "name": "Source" }]\n          }\n        ]\n      }\n    ]',
        '[{ "name": "Sauce" }]\n          }\n        ]\n      }\n    ]',
      )
    assert.deepEqual(found(text), ['3 shape', '24 A-09', '24 A-08', '25 A-04'])
  })

  it('prints one line a problem', () => {
    const text = CLI.replace('"provider": "CodeBuild"', '"provider": "CodeBild"')
    assert.equal(
      renderLint(lintText(text, 'site.json')),
      "site.json:23:13  A-01  ActionType (Category: 'Build', Provider: 'CodeBild', Owner: 'AWS', Version: '1') in action 'Compile' is not available\n",
    )
  })

  it('lets no control character of the file reach the terminal', () => {
    const text = CLI.replace('"Compile"', String.raw`"Comp\u001b[2Jile"`).replace('"ProjectName": "site"', '')
    assert.doesNotMatch(renderLint(lint(text)).replaceAll('\n', ''), /\p{Cc}/u)
  })

  it('points out where a file cannot be read', () => {
    assert.match(lint('{"pipeline": {"name": }').at(0)?.rule ?? '', /syntax/)
    assert.deepEqual(found('just text'), ['1 syntax'])
    assert.deepEqual(found(''), ['1 syntax'])
    assert.deepEqual(found('Resources: {}\n'), ['1 syntax'])
  })

  it('warns about what the API accepts and nobody wants', () => {
    const text = CLI.replace(', "PollForSourceChanges": "false"', '').replace('"version": 1', '"versoin": 1')
    assert.deepEqual(
      lint(text).map(({ rule, severity, line }) => [rule, severity, line]),
      [
        ['L-03', 'warning', 13],
        ['L-04', 'warning', 30],
      ],
    )
  })

  it('says what works here but not on AWS, and refuses it when it is to be strict', () => {
    const text = CLI.replace(
      '"configuration": { "ProjectName"',
      '"timeoutInMinutes": 30, "configuration": { "ProjectName"',
    )
    const told = (options: LintOptions) =>
      lintText(text, 'p.json', options).map(({ rule, severity, line, message }) => [
        rule,
        severity,
        line,
        message.startsWith('Not on AWS: '),
      ])
    assert.deepEqual(told({}), [['N-01', 'warning', 24, true]])
    assert.deepEqual(told({ strict: true }), [['A-21', 'error', 24, false]])
  })

  it('finds keys that the chosen mode needs', () => {
    const deploy = `"actionTypeId": { "category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1" }, "configuration": { "BucketName": "b", "Extract": "false" }`
    const text = CLI.replace(/"actionTypeId": \{ "category": "Build".*\n.*"ProjectName": "site" \}/, deploy)
    assert.deepEqual(found(text), ['23 A-09'])
  })

  it('warns about values that the provider does not know', () => {
    assert.deepEqual(found(CLI.replace('"PollForSourceChanges": "false"', '"PollForSourceChanges": "never"')), [
      '13 L-02',
    ])
    assert.deepEqual(found(CLI.replace('"PollForSourceChanges": "false"', '"PollForSourceChanges": "False"')), [])
  })

  it('says what a reference to a variable was probably meant to be', () => {
    const text = CLI.replace('"name": "Fetch"', '"name": "Fetch", "namespace": "Git"')
    const using = (reference: string) => found(text.replace('"ProjectName": "site"', `"ProjectName": "${reference}"`))
    assert.deepEqual(using('#{Git.CommitId}'), [])
    assert.deepEqual(using('#{Git.CommitID}'), ['24 L-05'])
    assert.deepEqual(using('#{Gti.CommitId}'), ['24 A-16', '24 L-05'])
  })

  it('takes a masked secret for a warning: the file may be meant for an update', () => {
    const text = CLI.replace(
      '"owner": "AWS", "provider": "CodeCommit"',
      '"owner": "ThirdParty", "provider": "GitHub"',
    ).replace(
      '"RepositoryName": "site", "BranchName": "main"',
      '"Owner": "o", "Repo": "r", "Branch": "main", "OAuthToken": "****"',
    )
    assert.deepEqual(
      lint(text).map(({ rule, severity }) => [rule, severity]),
      [['A-12', 'warning']],
    )
  })
})

describe('lint of a CloudFormation template', () => {
  it('has nothing to say about a sound one, whatever its functions will give', () => {
    assert.deepEqual(lint(TEMPLATE), [])
  })

  it('reads long functions in JSON just like short tags', () => {
    const template = {
      Resources: {
        P: {
          Type: 'AWS::CodePipeline::Pipeline',
          Properties: {
            Name: { 'Fn::Join': ['-', ['my', 'site']] },
            RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
            ArtifactStore: { Type: 'S3', Location: { Ref: 'Bucket' } },
            Stages: [{ Name: { 'Fn::Sub': 'So urce' }, Actions: [] }],
          },
        },
      },
    }
    assert.deepEqual(
      lint(JSON.stringify(template))
        .map(({ rule }) => rule)
        .toSorted(),
      ['P-03', 'P-06', 'S-01', 'shape'],
    )
  })

  it('looks at both sides of a condition', () => {
    assert.deepEqual(found(TEMPLATE.replace('Provider: Manual', 'Provider: Manuel')), ['33 A-01'])
    assert.deepEqual(
      found(TEMPLATE.replace('- Name: Approve\n            Actions', '- Name: Build\n            Actions')),
      ['35 P-05'],
    )
  })

  it('never combines sides that exclude each other', () => {
    const text = TEMPLATE.replace(
      '- !Ref AWS::NoValue',
      '- !If [WithoutApproval, {Name: Approve, Actions: [{Name: A, ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: 1}}]}, !Ref AWS::NoValue]',
    )
    assert.deepEqual(found(text), [])
  })

  it('takes the same expression for the same name', () => {
    const elsewhere = TEMPLATE.replace(
      "[{ Name: !Sub '${AWS::StackName}-source' }]\n        - !If",
      '[{ Name: other }]\n        - !If',
    )
    assert.deepEqual(found(elsewhere), [])
    assert.deepEqual(found(elsewhere.replace(/InputArtifacts: .*/, 'InputArtifacts: [{ Name: source }]')), ['42 A-04'])
  })

  it('turns the list of artifact stores into the API’s map', () => {
    const stores = `ArtifactStores:
        - Region: eu-west-1
          ArtifactStore: { Type: S3, Location: x }
`
    const text = TEMPLATE.replace(/ArtifactStore:\n.*\n.*\n/, stores)
    assert.deepEqual(found(text, { region: 'us-east-1' }), ['15 P-11', '17 shape'])
  })

  it('checks every pipeline of a template', () => {
    const second =
      TEMPLATE.replaceAll('\r', '')
        .split('Resources:\n')[1]
        ?.replace('Pipeline:', 'Second:')
        .replace(/ {2}Role:\n.*\n/, '') ?? ''
    const text = (TEMPLATE + second).replaceAll('Provider: CodeBuild', 'Provider: CodeBild')
    assert.equal(found(text).filter((problem) => problem.endsWith('A-01')).length, 2)
  })

  it('survives aliases that make a short text endless', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
    ]
    assert.match(lint(`Resources: {}\n${bomb.join('\n')}\n`).at(0)?.message ?? '', /repeats itself/)
    assert.equal(lint('Resources: &r\n  x: *r\n').at(0)?.rule, 'syntax')
    assert.equal(lint('['.repeat(50_000)).at(0)?.rule, 'syntax')
  })

  it('names a key that is given twice', () => {
    assert.deepEqual(found('pipeline:\n  name: a\n  name: b\n'), ['3 syntax'])
    assert.deepEqual(found('{"pipeline": {"name": "a", "name": "b"}}'), ['1 syntax'])
  })

  // an editor asks after every key: what would take minutes is made to take a second on a slow machine
  for (const [what, text] of Object.entries({
    'a map of very many keys': `pipeline:\n${repeated(30_000, (i) => `  k${i}: 1\n`)}`,
    'a parameter compared with everything': `${PIPELINES(1)}Conditions:\n${repeated(8000, (i) => `  C${i}: {"Fn::Equals": [{Ref: A}, v${i}]}\n`)}`,
    'very many parameters': `${PIPELINES(1)}Conditions:\n${repeated(8000, (i) => `  C${i}: {"Fn::Equals": [{Ref: A${i}}, v]}\n`)}`,
    'very many references to very many variables': `pipeline:\n  pipelineType: V2\n  variables:\n${repeated(12_000, (i) => `    - {name: variable${i}}\n`)}  stages:\n    - name: s\n      actions:\n        - {name: a, actionTypeId: {category: Build, owner: AWS, provider: CodeBuild, version: '1'}, configuration: {ProjectName: '${repeated(12_000, (i) => `#{variables.variables${i}}`)}'}}\n`,
    'pipelines that repeat each other by aliases, under many conditions': `${PIPELINES(100)}Conditions:\n${repeated(64, (i) => `  C${i}: {"Fn::Equals": [{Ref: A${i}}, v]}\n`)}`,
  })) {
    it(`is done in time with ${what}`, () => {
      const started = process.cpuUsage()
      lint(text)
      const { user, system } = process.cpuUsage(started)
      assert.ok(user + system < 8_000_000, `${Math.round((user + system) / 1000)} ms of processor time`)
    })
  }

  it('never throws', () => {
    const piece = fc.constantFrom(
      'Resources:',
      '\n  ',
      'Type: AWS::CodePipeline::Pipeline',
      'Properties:',
      '- ',
      '!If [a, b]',
      '!Ref ',
      '{',
      '}',
      '&a ',
      '*a',
      ': ',
      'Stages',
      'stages:',
      'x',
      '<<: ',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          lint(text)
        },
      ),
    )
  })
})
