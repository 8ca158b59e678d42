import { ServiceError } from '../../wire/wire.ts'

export const invalidInput = (message: string): ServiceError => new ServiceError('InvalidInputException', message)
export const notFound = (message: string): ServiceError => new ServiceError('ResourceNotFoundException', message)
export const alreadyExists = (message: string): ServiceError =>
  new ServiceError('ResourceAlreadyExistsException', message)
export const limitExceeded = (message: string): ServiceError =>
  new ServiceError('AccountLimitExceededException', message)
