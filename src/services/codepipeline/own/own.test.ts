import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ServiceError, type Call } from '../../../wire/wire.ts'
import { ownOperation } from './define.ts'
import { createOwnApi, type OwnDependencies } from './own.ts'

const greet = ownOperation<{ pipelineName: string }, { greeting: string }>({
  action: 'codepipeline:GetPipeline',
  resource: ({ pipelineName }) => `arn:${String(pipelineName)}`,
  members: { 'pipelineName!': 'PipelineName' },
  handle: async (_dependencies, { pipelineName }, { region }) => {
    if (pipelineName === 'gone') throw new ServiceError('PipelineNotFoundException', 'no such pipeline')
    return { greeting: `hello ${pipelineName} of ${region}` }
  },
})

const asked: { action: string; resources: readonly string[] }[] = []
const auth: Pick<OwnDependencies['auth'], 'authorize'> = {
  authorize: async ({ action, resources }) => {
    asked.push({ action, resources })
    if (resources.includes('arn:secret')) throw new ServiceError('AccessDeniedException', 'not authorized')
  },
}
const call = async (operation: string, body: unknown) =>
  await createOwnApi({ auth } as unknown as OwnDependencies, { Greet: greet }).call(
    Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    { operation, region: 'eu-west-1' } as unknown as Call,
  )

describe('our own API about pipelines', () => {
  it('given an operation of the table, it answers with the result, after asking for the permission', async () => {
    const answer = await call('Greet', { pipelineName: 'web' })
    assert.deepEqual(answer, { statusCode: 200, body: { greeting: 'hello web of eu-west-1' } })
    assert.deepEqual(asked.at(-1), { action: 'codepipeline:GetPipeline', resources: ['arn:web'] })
  })

  for (const [what, operation, body, statusCode, __type, message] of [
    ['an unknown operation', 'Leave', {}, 404, 'UnknownOperationException', /no operation Leave\. There are: Greet/],
    ['a name of every object', 'constructor', {}, 404, 'UnknownOperationException', /constructor/],
    ['no JSON', 'Greet', '{', 400, 'SerializationException', /not a JSON object/],
    ['a list', 'Greet', [], 400, 'SerializationException', /not a JSON object/],
    ['no body at all', 'Greet', '', 400, 'ValidationException', /'pipelineName' failed .*must not be null/],
    ['a wrong type', 'Greet', { pipelineName: 1 }, 400, 'ValidationException', /pipelineName/],
    ['a hostile name', 'Greet', { pipelineName: '../x' }, 400, 'ValidationException', /regular expression/],
    ['no permission', 'Greet', { pipelineName: 'secret' }, 400, 'AccessDeniedException', /not authorized/],
    ['what is not there', 'Greet', { pipelineName: 'gone' }, 400, 'PipelineNotFoundException', /no such/],
  ] as const) {
    it(`given ${what}, it says so as AWS would: ${statusCode} ${__type}`, async () => {
      const answer = await call(operation, body)
      assert.equal(answer.statusCode, statusCode)
      const { __type: code, message: text } = answer.body as { __type: string; message: string }
      assert.equal(code, __type)
      assert.match(text, message)
    })
  }
})
