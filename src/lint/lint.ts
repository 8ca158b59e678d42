/**
 * Checks a pipeline definition without a server: the AWS CLI's `{ "pipeline": … }`, the bare declaration, or a
 * CloudFormation template, in JSON or YAML. Unlike the API it names all problems at once, with their line.
 */
import { advise } from '../core/pipeline/advice.ts'
import { Opaque } from '../core/pipeline/opaque.ts'
import type { Path } from '../core/pipeline/shape.ts'
import { unknownMembers } from '../core/pipeline/unknown-members.ts'
import { validatePipeline, type ValidationContext } from '../core/pipeline/validate.ts'
import { fromTemplate, fromWire, Places } from './located.ts'
import { member, parseSource, type Source, type SyntaxProblem } from './source.ts'
import { worldsOf } from './worlds.ts'

export interface LintProblem {
  readonly file: string
  /** both count from one */
  readonly line: number
  readonly column: number
  /** a rule of the specification (`P-03`), `shape`, `syntax`, advice that the API does not give (`L-01`), or what is not on AWS (`N-01`) */
  readonly rule: string
  readonly message: string
  readonly severity: 'error' | 'warning'
}

export interface LintOptions {
  /** where the pipeline will live; without it nothing is said about regions */
  readonly region?: string
  /** replaces the 1000 characters a configuration value may have */
  readonly configurationValueLimit?: number
  /** refuse what works here but not on AWS, as a strict server does */
  readonly strict?: boolean
}

/** @returns problems in the order of their position; never throws */
export function lintText(text: string, fileName: string, options: LintOptions = {}): readonly LintProblem[] {
  const parsed = parseSource(text)
  // What is left of a file that cannot be read is not worth judging.
  const findings = parsed.problems.length > 0 ? parsed.problems.map(syntaxFinding) : lintDocument(parsed.root, options)
  const unique = new Map(findings.map((finding) => [`${finding.at} ${finding.rule} ${finding.message}`, finding]))
  return [...unique.values()]
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, rule, message, severity }) => ({ file: fileName, ...parsed.position(at), rule, message, severity }))
}

/** One line a problem, as terminals and editors understand it: `file:line:column  rule  message`. */
export const renderLint = (problems: readonly LintProblem[]): string =>
  problems
    .map(
      ({ file, line, column, rule, message, severity }) =>
        `${file}:${line}:${column}  ${rule}  ${severity === 'warning' ? 'warning: ' : ''}${oneLine(message)}\n`,
    )
    .join('')

/** A definition's own line breaks, control and direction characters must not reach the terminal. */
const oneLine = (message: string): string =>
  message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')

interface Finding {
  readonly at: number
  readonly rule: string
  readonly message: string
  readonly severity: 'error' | 'warning'
}

const syntaxFinding = ({ at, message }: SyntaxProblem): Finding => ({ at, rule: 'syntax', message, severity: 'error' })

function lintDocument(root: Source, options: LintOptions): readonly Finding[] {
  const resources = member(root, 'Resources')
  if (resources?.kind === 'map') return lintTemplate(root, resources, options)
  const wrapped = member(root, 'pipeline')
  const declaration =
    wrapped ?? (['stages', 'roleArn', 'artifactStore'].some((key) => member(root, key)) ? root : undefined)
  if (declaration !== undefined) {
    const places = new Places()
    return lintDeclaration(fromWire(declaration, ['pipeline'], places), places, options)
  }
  return [
    syntaxFinding({ at: root.at, message: 'This is neither a pipeline declaration nor a CloudFormation template' }),
  ]
}

function lintTemplate(
  template: Source,
  resources: Extract<Source, { kind: 'map' }>,
  options: LintOptions,
): readonly Finding[] {
  const pipelines = resources.entries.filter(({ value }) => {
    const type = member(value, 'Type')
    return type?.kind === 'scalar' && type.value === 'AWS::CodePipeline::Pipeline'
  })
  if (pipelines.length === 0)
    return [syntaxFinding({ at: resources.at, message: 'The template has no AWS::CodePipeline::Pipeline' })]
  const nodes = pipelines.reduce((sum, { value }) => sum + sizeOf(value), 0)
  const worlds = worldsOf(template, Math.max(1, Math.floor(MOST_NODES / nodes)))
  return pipelines.flatMap(({ value, at }) =>
    worlds.flatMap((world) => {
      const places = new Places()
      const properties = member(value, 'Properties')
      const declaration = properties === undefined ? {} : fromTemplate(properties, ['pipeline'], places, world)
      places.set(['pipeline'], at)
      return lintDeclaration(withName(declaration), places, options, TEMPLATE_MEMBERS)
    }),
  )
}

/** linted for one template, all its worlds together: an editor asks after every key */
const MOST_NODES = 100_000

/** Of the tree, its repetitions through aliases counted again. */
function sizeOf(source: Source): number {
  if (source.kind === 'scalar') return 1
  const inside = source.kind === 'list' ? source.items : source.entries.map(({ value }) => value)
  return inside.reduce((sum, item) => sum + sizeOf(item), 1)
}

/** CloudFormation makes a name up when there is none. */
const withName = (declaration: unknown): unknown =>
  typeof declaration === 'object' && declaration !== null && !(declaration instanceof Opaque)
    ? { name: new Opaque('generated name'), ...declaration }
    : declaration

/** Properties of the resource that are no part of the declaration. */
const TEMPLATE_MEMBERS = ['disableInboundStageTransitions', 'restartExecutionOnUpdate', 'tags']

function lintDeclaration(
  declaration: unknown,
  places: Places,
  options: LintOptions,
  extraMembers: readonly string[] = [],
): readonly Finding[] {
  const find = (path: Path) => places.find(path)
  return [
    ...validatePipeline(declaration, { ...options, ...OFFLINE }).map(({ rule, message, path }) => ({
      at: find(path),
      rule,
      message,
      // A mask is right when the file is meant for an update, which cannot be told here.
      severity: rule === 'A-12' ? ('warning' as const) : ('error' as const),
    })),
    ...advise(declaration)
      // a strict server's refusal says the same
      .filter(({ rule }) => options.strict !== true || !rule.startsWith('N-'))
      .map(({ rule, message, path }) => ({
        at: find(path),
        rule,
        message,
        severity: 'warning' as const,
      })),
    ...unknownMembers('PipelineDeclaration', declaration, ['pipeline'])
      .filter((path) => path.length > 2 || !extraMembers.includes(String(path[1])))
      .map((path) => ({
        at: find(path),
        rule: 'L-04',
        message: `The member ${String(path.at(-1))} is not known and has no effect`,
        severity: 'warning' as const,
      })),
  ]
}

/** Which custom and third-party types an account has cannot be told offline. */
const OFFLINE: Pick<ValidationContext, 'actionTypes'> = {
  actionTypes: ({ owner }) => (owner === 'AWS' ? undefined : 'unknown'),
}
