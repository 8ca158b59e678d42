import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { APPROVAL, deploying, type Json } from './fixtures.ts'
import { normalisePipeline } from './normalise.ts'
import { rolesOf, roleProblem } from './role-trust.ts'

const OWN = 'arn:aws:iam::000000000000:role/pipeline'
const SAME = 'arn:aws:iam::000000000000:role/path/deploy'
const FOREIGN = 'arn:aws:iam::111122223333:role/deploy'
const stored = (...roles: readonly string[]) =>
  normalisePipeline(deploying(...roles.map((roleArn, index): Json => ({ ...APPROVAL, name: `A${index}`, roleArn }))), {
    version: 1,
  })
const trust = (...statements: readonly Json[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (Principal: unknown) => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' })
const SERVICE = allow({ Service: 'codepipeline.amazonaws.com' })
const problem = (roles: Readonly<Record<string, string>>, ...of: readonly string[]) =>
  roleProblem(stored(...of), (arn) => roles[arn])

describe('the roles of a pipeline', () => {
  it('are its own and those of its actions, each once', () => {
    assert.deepEqual(rolesOf(stored(SAME, FOREIGN, SAME)), [OWN, SAME, FOREIGN])
  })

  it('are taken as they are when they are not known here', () => {
    assert.equal(problem({}, SAME, FOREIGN), undefined)
  })

  it('P-30: the service must be let in by the pipeline’s own', () => {
    const refused = `CodePipeline is not authorized to perform AssumeRole on role ${OWN}`
    for (const statement of [
      allow({ Service: 'codebuild.amazonaws.com' }),
      allow({ Service: 'codepipeline.example.com' }),
      allow({ AWS: 'arn:aws:iam::000000000000:root' }),
      { ...SERVICE, Effect: 'Deny' },
    ]) {
      assert.equal(problem({ [OWN]: trust(statement) }), refused)
    }
    for (const statement of [
      SERVICE,
      allow('*'),
      allow({ AWS: '*' }),
      allow({ Service: ['codebuild.amazonaws.com', 'codepipeline.eu-west-1.amazonaws.com'] }),
      allow({ Service: 'codepipeline.amazonaws.com.cn' }),
    ]) {
      assert.equal(problem({ [OWN]: trust(statement) }), undefined)
    }
    assert.equal(problem({ [OWN]: trust(allow({ AWS: 'x' }), SERVICE) }), undefined, 'any statement may')
    assert.equal(problem({ [OWN]: JSON.stringify({ Statement: SERVICE }) }), undefined, 'a statement needs no list')
  })

  it('P-31: the pipeline’s own must be let in by those of actions in other accounts', () => {
    const known = (statement: Json) => ({ [OWN]: trust(SERVICE), [FOREIGN]: trust(statement) })
    assert.equal(problem(known(SERVICE), FOREIGN), `${OWN} is not authorized to perform AssumeRole on role ${FOREIGN}`)
    for (const AWS of [OWN, '000000000000', 'arn:aws:iam::000000000000:root', '*']) {
      assert.equal(problem(known(allow({ AWS })), FOREIGN), undefined, AWS)
    }
    assert.equal(problem({ [SAME]: trust(allow({ Service: 'x' })) }, SAME), undefined, 'of the same account, always')
  })
})
