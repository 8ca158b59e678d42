/** What the event bus hears of a build. Source: codebuild.md section 13. */
import type { BusEvent } from '../../journal/journal.ts'
import { buildArn } from './arns.ts'
import { currentPhase, type BuildRecord, type PhaseRecord } from './build-record.ts'
import { buildLink, durationInSeconds } from './build-view.ts'

type NewEvent = Omit<BusEvent, 'id'>

/** @returns the events that tell the difference, phases first */
export function buildEvents(
  before: BuildRecord | undefined,
  after: BuildRecord,
  now: number,
  endpoint: string,
): readonly NewEvent[] {
  const endedBefore = new Set(before?.phases.filter(({ ended }) => ended).map(({ type }) => type))
  const endedNow = after.phases.filter(({ ended, type }) => ended && !endedBefore.has(type))
  const event = (detailType: string, detail: Readonly<Record<string, unknown>>): NewEvent => ({
    account: after.account,
    region: after.region,
    time: now,
    source: 'aws.codebuild',
    detailType,
    resources: [buildArn(after, after.id)],
    detail: { ...detail, ...common(after, endpoint) },
  })
  return [
    ...endedNow.map((phase) => event('CodeBuild Build Phase Change', phaseDetail(phase))),
    ...(before?.status === after.status
      ? []
      : [
          event('CodeBuild Build State Change', {
            'build-status': after.status,
            'current-phase': currentPhase(after),
            'current-phase-context': '[]',
          }),
        ]),
  ]
}

const phaseDetail = (phase: PhaseRecord) => ({
  'completed-phase': phase.type,
  'completed-phase-status': phase.ended?.status,
  'completed-phase-start': eventTime(phase.startedAt),
  'completed-phase-end': eventTime(phase.ended?.at ?? phase.startedAt),
  'completed-phase-duration-seconds': durationInSeconds(phase),
  'completed-phase-context': contextText(phase),
})

function common(build: BuildRecord, endpoint: string) {
  const primary = build.uploaded.find(({ identifier }) => identifier === '')
  return {
    'project-name': build.projectName,
    'build-id': buildArn(build, build.id),
    version: '1',
    'additional-information': {
      artifact: {
        ...(primary?.md5 === undefined ? {} : { md5sum: primary.md5 }),
        ...(primary?.sha256 === undefined ? {} : { sha256sum: primary.sha256 }),
        location: primary?.location ?? '',
      },
      environment: {
        image: build.environment.image,
        'privileged-mode': build.environment.privilegedMode ?? false,
        'compute-type': build.environment.computeType,
        type: build.environment.type,
        // names only of what is secret; plain values are in the project's definition anyway
        'environment-variables': (build.environment.environmentVariables ?? []).map(({ name, type, value }) => ({
          name,
          type: type ?? 'PLAINTEXT',
          value,
        })),
      },
      'timeout-in-minutes': build.timeoutInMinutes,
      'build-complete': build.status !== 'IN_PROGRESS',
      initiator: build.initiator,
      'build-start-time': eventTime(build.startedAt),
      source: { location: build.source.location ?? '', type: build.source.type },
      ...(build.sourceVersion === undefined ? {} : { 'source-version': build.sourceVersion }),
      ...(build.logs === undefined
        ? {}
        : {
            logs: {
              'group-name': build.logs.group,
              'stream-name': build.logs.stream,
              'deep-link': buildLink(build, endpoint),
            },
          }),
      phases: build.phases.map((phase) => ({
        'phase-type': phase.type,
        'start-time': eventTime(phase.startedAt),
        ...(phase.ended === undefined
          ? {}
          : {
              'phase-status': phase.ended.status,
              'end-time': eventTime(phase.ended.at),
              'duration-in-seconds': durationInSeconds(phase),
              'phase-context': [contextText(phase)],
            }),
      })),
    },
  }
}

const contextText = ({ ended }: PhaseRecord): string =>
  `${ended?.context.statusCode ?? ''}: ${ended?.context.message ?? ''}`

const EVENT_TIME = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  hour12: true,
} as const)

/** `Sep 1, 2017 4:12:29 PM` */
const eventTime = (at: number): string =>
  EVENT_TIME.format(at)
    .replace(/(\d{4}),/, '$1')
    .replaceAll('\u202f', ' ')
