/**
 * A declaration under examination: the raw input read into a total structure that never throws, whatever was sent.
 * Members of the wrong type are left out (the shape check reports them), values nobody can know here (`Opaque`) become
 * tokens that equal only themselves, and a list that may hold more than it shows is `open`. Every node knows its path.
 */
import type { ActionTypeId } from './declaration.ts'
import { Opaque } from './opaque.ts'
import { isRecord, type Path } from './shape.ts'

export interface Draft {
  readonly path: Path
  readonly name: string
  readonly pipelineType: string | undefined
  readonly executionMode: string | undefined
  readonly artifactStore: boolean
  /** regions of `artifactStores`; `undefined` when the member is absent */
  readonly artifactStores: DraftList<string> | undefined
  readonly stages: DraftList<DraftStage>
  readonly variables: DraftList<Named> | undefined
  readonly triggers: DraftList<DraftTrigger> | undefined
  /** tokens that stand for unknown values */
  readonly opaque: ReadonlySet<string>
}

export interface DraftList<T> {
  readonly items: readonly T[]
  /** may hold more than `items` */
  readonly open: boolean
}

export interface Named {
  readonly name: string
  readonly path: Path
}

export interface DraftStage extends Named {
  readonly index: number
  readonly actions: DraftList<DraftAction>
  readonly blockers: DraftList<Named>
  readonly conditions: readonly DraftConditionSet[]
}

export interface DraftAction extends Named {
  readonly stage: string
  readonly stageIndex: number
  readonly type: ActionTypeId
  /** `undefined`: not known here */
  readonly runOrder: number | undefined
  readonly configuration: DraftMap
  readonly inputs: DraftList<Named>
  readonly outputs: DraftList<Named & { readonly files: boolean }>
  readonly region: string | undefined
  readonly namespace: string | undefined
  readonly commands: DraftList<DraftText> | undefined
  readonly outputVariables: DraftList<DraftText> | undefined
  readonly environmentVariables: DraftList<DraftVariable> | undefined
  readonly hasTimeout: boolean
}

export interface DraftMap {
  readonly path: Path
  readonly entries: ReadonlyMap<string, string>
  readonly open: boolean
}

export interface DraftText {
  readonly text: string
  readonly path: Path
}

export interface DraftVariable extends Named {
  readonly value: string
  readonly type: string | undefined
}

export interface DraftConditionSet {
  readonly key: 'beforeEntry' | 'onSuccess' | 'onFailure'
  readonly path: Path
  readonly result: string | undefined
  readonly retryConfiguration: boolean
  readonly conditions: DraftList<DraftCondition>
}

export interface DraftCondition {
  readonly path: Path
  readonly result: string | undefined
  readonly rules: DraftList<DraftRule>
}

export interface DraftRule extends Named {
  readonly provider: string
  readonly version: string | undefined
  readonly configuration: DraftMap
  readonly inputs: DraftList<Named>
  readonly commands: DraftList<DraftText> | undefined
}

export interface DraftTrigger {
  readonly path: Path
  readonly sourceActionName: string
  readonly push: DraftList<Readonly<Record<string, unknown>>>
  readonly pullRequest: DraftList<Readonly<Record<string, unknown>>>
  readonly raw: unknown
}

/** Reads any value; `path` is where it stands in the input. */
export function readDraft(input: unknown, path: Path = ['pipeline']): Draft {
  const opaque = new Set<string>()
  const read = reader(opaque)
  const pipeline = record(input)
  const at = (member: string): Path => [...path, member]
  return {
    path,
    name: read.text(pipeline['name']) ?? '',
    pipelineType: read.text(pipeline['pipelineType']),
    executionMode: read.text(pipeline['executionMode']),
    artifactStore: given(pipeline['artifactStore']),
    artifactStores: read.keys(pipeline['artifactStores']),
    stages: read.list(pipeline['stages'], at('stages'), (stage, stagePath, index) =>
      readStage(read, stage, stagePath, index),
    ),
    variables: read.optionalList(pipeline['variables'], at('variables'), named(read)),
    triggers: read.optionalList(pipeline['triggers'], at('triggers'), (trigger, triggerPath) => {
      const git = record(record(trigger)['gitConfiguration'])
      return {
        path: triggerPath,
        sourceActionName: read.text(git['sourceActionName']) ?? '',
        push: read.list(git['push'], [...triggerPath, 'gitConfiguration', 'push'], record),
        pullRequest: read.list(git['pullRequest'], [...triggerPath, 'gitConfiguration', 'pullRequest'], record),
        raw: trigger,
      }
    }),
    opaque,
  }
}

function readStage(read: Reader, value: unknown, path: Path, index: number): DraftStage {
  const stage = record(value)
  const name = read.text(stage['name']) ?? ''
  return {
    name,
    path,
    index,
    actions: read.list(stage['actions'], [...path, 'actions'], (action, actionPath) =>
      readAction(read, action, actionPath, { name, index }),
    ),
    blockers: read.list(stage['blockers'], [...path, 'blockers'], named(read)),
    conditions: (['beforeEntry', 'onSuccess', 'onFailure'] as const)
      .filter((key) => given(stage[key]))
      .map((key) => readConditionSet(read, key, record(stage[key]), [...path, key])),
  }
}

function readAction(
  read: Reader,
  value: unknown,
  path: Path,
  stage: { readonly name: string; readonly index: number },
): DraftAction {
  const action = record(value)
  const type = record(action['actionTypeId'])
  const part = (member: string) => read.text(type[member]) ?? ''
  const texts = (member: string) =>
    read.optionalList(action[member], [...path, member], (text, textPath) => ({
      text: read.text(text) ?? '',
      path: textPath,
    }))
  return {
    name: read.text(action['name']) ?? '',
    path,
    stage: stage.name,
    stageIndex: stage.index,
    type: {
      category: part('category') as ActionTypeId['category'],
      owner: part('owner') as ActionTypeId['owner'],
      provider: part('provider'),
      version: part('version'),
    },
    runOrder: runOrder(action['runOrder']),
    configuration: read.map(action['configuration'], [...path, 'configuration']),
    inputs: read.list(action['inputArtifacts'], [...path, 'inputArtifacts'], named(read)),
    outputs: read.list(action['outputArtifacts'], [...path, 'outputArtifacts'], (artifact, artifactPath) => ({
      ...named(read)(artifact, artifactPath),
      files: given(record(artifact)['files']),
    })),
    region: read.text(action['region']),
    namespace: read.text(action['namespace']),
    commands: texts('commands'),
    outputVariables: texts('outputVariables'),
    environmentVariables: read.optionalList(
      action['environmentVariables'],
      [...path, 'environmentVariables'],
      (variable, variablePath) => ({
        ...named(read)(variable, variablePath),
        value: read.text(record(variable)['value']) ?? '',
        type: read.text(record(variable)['type']),
      }),
    ),
    hasTimeout: given(action['timeoutInMinutes']),
  }
}

function readConditionSet(
  read: Reader,
  key: DraftConditionSet['key'],
  set: Readonly<Record<string, unknown>>,
  path: Path,
): DraftConditionSet {
  return {
    key,
    path,
    result: read.text(set['result']),
    retryConfiguration: given(set['retryConfiguration']),
    conditions: read.list(set['conditions'], [...path, 'conditions'], (condition, conditionPath) => ({
      path: conditionPath,
      result: read.text(record(condition)['result']),
      rules: read.list(record(condition)['rules'], [...conditionPath, 'rules'], (rule, rulePath) =>
        readRule(read, record(rule), rulePath),
      ),
    })),
  }
}

function readRule(read: Reader, rule: Readonly<Record<string, unknown>>, path: Path): DraftRule {
  const type = record(rule['ruleTypeId'])
  return {
    name: read.text(rule['name']) ?? '',
    path,
    provider: read.text(type['provider']) ?? '',
    version: read.text(type['version']),
    configuration: read.map(rule['configuration'], [...path, 'configuration']),
    inputs: read.list(rule['inputArtifacts'], [...path, 'inputArtifacts'], named(read)),
    commands: read.optionalList(rule['commands'], [...path, 'commands'], (text, textPath) => ({
      text: read.text(text) ?? '',
      path: textPath,
    })),
  }
}

const named =
  (read: Reader) =>
  (value: unknown, path: Path): Named => ({ name: read.text(record(value)['name']) ?? '', path })

const runOrder = (value: unknown): number | undefined => {
  if (value instanceof Opaque) return undefined
  return typeof value === 'number' ? value : 1
}

interface Reader {
  text(value: unknown): string | undefined
  list<T>(value: unknown, path: Path, item: (value: unknown, path: Path, index: number) => T): DraftList<T>
  optionalList<T>(
    value: unknown,
    path: Path,
    item: (value: unknown, path: Path, index: number) => T,
  ): DraftList<T> | undefined
  map(value: unknown, path: Path): DraftMap
  keys(value: unknown): DraftList<string> | undefined
}

function reader(opaque: Set<string>): Reader {
  const read: Reader = {
    text(value) {
      if (!(value instanceof Opaque)) return typeof value === 'string' ? value : undefined
      const token = `\u0000${value.text}`
      opaque.add(token)
      return token
    },
    list(value, path, item) {
      if (!Array.isArray(value)) return { items: [], open: value instanceof Opaque }
      const values: readonly unknown[] = value
      return {
        items: values.flatMap((entry, index) =>
          entry instanceof Opaque ? [] : [item(entry, [...path, index], index)],
        ),
        open: values.some((entry) => entry instanceof Opaque),
      }
    },
    optionalList: (value, path, item) => (given(value) ? read.list(value, path, item) : undefined),
    map(value, path) {
      const entries = Object.entries(record(value)).flatMap(([key, entry]) => {
        const text = read.text(entry)
        return text === undefined ? [] : [[key, text] as const]
      })
      return { path, entries: new Map(entries), open: value instanceof Opaque }
    },
    keys: (value) => (given(value) ? { items: Object.keys(record(value)), open: value instanceof Opaque } : undefined),
  }
  return read
}

const given = (value: unknown): boolean => value !== undefined && value !== null

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
