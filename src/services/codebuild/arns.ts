export interface Place {
  readonly account: string
  readonly region: string
}

export const projectArn = ({ account, region }: Place, name: string): string =>
  `arn:aws:codebuild:${region}:${account}:project/${name}`

/** @param id `<project>:<uuid>` */
export const buildArn = ({ account, region }: Place, id: string): string =>
  `arn:aws:codebuild:${region}:${account}:build/${id}`

/** Names, ids and ARNs are all accepted wherever something is named. */
export const nameOf = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn

/** IAM knows projects only: permission for a build is permission for its project. */
export const projectResource = (place: Place, nameOrArn: string | undefined): string =>
  projectArn(place, nameOf(nameOrArn ?? '').split(':')[0] ?? '')
