/**
 * A pipeline's definition as the text that is edited: the AWS CLI's `{ "pipeline": … }`, in JSON or YAML. The text is the truth;
 * the form changes one place of it and leaves the rest as somebody wrote it, comments included.
 */
import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { parseDocument, stringify } from 'yaml'

export type Format = 'json' | 'yaml'
export type Path = readonly (string | number)[]

const TEXT = { lineWidth: 0, defaultStringType: 'PLAIN', defaultKeyType: 'PLAIN' } as const

/** Members the API makes itself are no part of what a person edits. */
export function textOf(declaration: PipelineDeclaration, format: Format): string {
  const { version: _, ...pipeline } = declaration
  return render({ pipeline }, format)
}

const render = (definition: unknown, format: Format): string =>
  format === 'json' ? `${JSON.stringify(definition, undefined, 2)}\n` : stringify(definition, TEXT)

/** The declaration in a text; undefined: it is none, or one whose parts are of the wrong kind to be shown. */
export function declarationIn(text: string): PipelineDeclaration | undefined {
  try {
    // the linter names keys that are given twice; looked for here, they would take the square of their number
    const document = parseDocument(text, { logLevel: 'silent', schema: 'core', uniqueKeys: false })
    if (document.errors.length > 0) return undefined
    const definition = document.toJS({ maxAliasCount: 100 }) as { pipeline?: unknown } | null
    const declaration = definition?.pipeline ?? definition
    return hasShape(declaration, DECLARATION) ? (declaration as PipelineDeclaration) : undefined
  } catch {
    return undefined
  }
}

type Shape = 'text' | 'number' | readonly [Shape] | { readonly [member: string]: Shape }

/** The kinds of what the form and the picture read; whether the values are right is the linter's affair. */
const DECLARATION: Shape = {
  name: 'text',
  roleArn: 'text',
  executionMode: 'text',
  pipelineType: 'text',
  artifactStore: { location: 'text' },
  variables: [{ name: 'text', defaultValue: 'text', description: 'text' }],
  stages: [
    {
      name: 'text',
      actions: [
        {
          name: 'text',
          namespace: 'text',
          runOrder: 'number',
          actionTypeId: { category: 'text', owner: 'text', provider: 'text', version: 'text' },
          configuration: {},
          commands: ['text'],
          inputArtifacts: [{ name: 'text' }],
          outputArtifacts: [{ name: 'text' }],
        },
      ],
    },
  ],
}

/** What is absent has every shape. */
function hasShape(value: unknown, shape: Shape): boolean {
  if (value === undefined) return true
  if (shape === 'text') return typeof value === 'string'
  if (shape === 'number') return typeof value === 'number'
  if (isList(shape))
    return Array.isArray(value) && value.every((item) => item !== undefined && hasShape(item, shape[0]))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(shape).every(([member, of]) => hasShape((value as Record<string, unknown>)[member], of))
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

/** The same definition in the other format. */
export function convert(text: string, to: Format): string {
  const declaration = declarationIn(text)
  return declaration === undefined ? text : render({ pipeline: declaration }, to)
}

/**
 * The text with one place changed.
 * @param path below `pipeline`
 * @param value undefined: takes it away
 */
export function edit(text: string, format: Format, path: Path, value: unknown): string {
  const document = parseDocument(text, { logLevel: 'silent', schema: 'core' })
  const place = document.has('pipeline') ? ['pipeline', ...path] : [...path]
  if (value === undefined) document.deleteIn(place)
  else document.setIn(place, document.createNode(value))
  return format === 'json' ? render(document.toJS(), 'json') : document.toString(TEXT)
}

/** A list with the item at `from` at `to` instead. */
export function moved<Item>(items: readonly Item[], from: number, to: number): readonly Item[] {
  const item = items[from]
  if (item === undefined || to < 0 || to >= items.length) return items
  return items.toSpliced(from, 1).toSpliced(to, 0, item)
}

/** A name nobody has yet: `Build`, `Build2`, `Build3`… */
export function freeName(wanted: string, taken: readonly (string | undefined)[]): string {
  const names = new Set(taken)
  if (!names.has(wanted)) return wanted
  let number = 2
  while (names.has(`${wanted}${number}`)) number += 1
  return `${wanted}${number}`
}
