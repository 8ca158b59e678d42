import { STRUCTURES } from '../catalog/operation-inputs.ts'
import { SHAPES } from '../catalog/shapes.ts'
import { isRecord, type Path } from './shape.ts'

/** Where an input has members the API model does not know; the service ignores them, a linter should not. */
export function unknownMembers(shapeName: string, value: unknown, path: Path): readonly Path[] {
  const members = STRUCTURES[shapeName]
  if (members !== undefined) {
    if (!isRecord(value)) return []
    const shapes = new Map(Object.entries(members).map(([marked, shape]) => [marked.replace('!', ''), shape]))
    return Object.entries(value).flatMap(([member, entry]) => {
      const shape = shapes.get(member)
      return shape === undefined ? [[...path, member]] : unknownMembers(shape, entry, [...path, member])
    })
  }
  const shape = SHAPES[shapeName]
  if (shape?.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownMembers(shape.of, item, [...path, index]))
  }
  if (shape?.kind === 'map' && isRecord(value)) {
    return Object.entries(value).flatMap(([key, entry]) => unknownMembers(shape.values, entry, [...path, key]))
  }
  return []
}
