import { ServiceError } from '../../wire/wire.ts'

export const invalidValue = (message: string): ServiceError => new ServiceError('InvalidParameterValue', message)
export const invalidCombination = (message: string): ServiceError =>
  new ServiceError('InvalidParameterCombination', message)
export const missingParameter = (name: string): ServiceError =>
  new ServiceError('MissingParameter', `The parameter ${name} is required.`)
export const validationError = (message: string): ServiceError => new ServiceError('ValidationError', message)
export const invalidToken = (): ServiceError => new ServiceError('InvalidNextToken', 'The next token is invalid.')
export const noAlarm = (names: readonly string[]): ServiceError =>
  new ServiceError('ResourceNotFound', `Unknown alarm: ${names.join(', ')}`, { statusCode: 404 })
export const noResource = (arn: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `Unknown resource: ${arn}`, { statusCode: 404 })

/** @throws MissingParameter */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined || value === '') throw missingParameter(name)
  return value
}
