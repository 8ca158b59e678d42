/** IAM's error codes with the HTTP status and wording that tools match (IAM API reference; `spec` services 3). */
import { ServiceError } from '../../wire/wire.ts'

export const noSuchEntity = (message: string) => new ServiceError('NoSuchEntity', message, { statusCode: 404 })

export const entityAlreadyExists = (message: string) =>
  new ServiceError('EntityAlreadyExists', message, { statusCode: 409 })

export const deleteConflict = (message: string) => new ServiceError('DeleteConflict', message, { statusCode: 409 })

export const limitExceeded = (message: string) => new ServiceError('LimitExceeded', message, { statusCode: 409 })

export const malformedPolicy = (message: string) => new ServiceError('MalformedPolicyDocument', message)

export const validationError = (message: string) => new ServiceError('ValidationError', message)

export const invalidInput = (message: string) => new ServiceError('InvalidInput', message)
