import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { guaranteedEarlier, runsEarlier } from './earlier.ts'
import { APPROVAL, BUILD, pipeline, SOURCE, stage } from './fixtures.ts'
import { normalisePipeline } from './normalise.ts'

describe('an action is guaranteed to run earlier', () => {
  it('in an earlier stage, or with a strictly smaller runOrder in the same one', () => {
    assert.ok(runsEarlier({ stageIndex: 0, runOrder: 9 }, { stageIndex: 1, runOrder: 1 }))
    assert.ok(runsEarlier({ stageIndex: 1, runOrder: 1 }, { stageIndex: 1, runOrder: 2 }))
    assert.ok(!runsEarlier({ stageIndex: 1, runOrder: 1 }, { stageIndex: 1, runOrder: 1 }))
    assert.ok(!runsEarlier({ stageIndex: 2, runOrder: 1 }, { stageIndex: 1, runOrder: 2 }))
  })

  it('and the stored pipeline can list them', () => {
    const { stages } = normalisePipeline(
      pipeline({
        stages: [
          stage('Source', SOURCE),
          stage('Build', BUILD, { ...APPROVAL, runOrder: 2 }, { ...APPROVAL, name: 'Late', runOrder: 3 }),
        ],
      }),
      { version: 1 },
    )
    const action = stages[1]?.actions[1]
    assert.ok(action !== undefined)
    assert.deepEqual(
      guaranteedEarlier({ stages }, { stageIndex: 1, action }).map(({ name }) => name),
      ['Fetch', 'Compile'],
    )
  })
})
