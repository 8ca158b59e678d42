/** What is known of the chosen part of the picture: its state, why it is so, and the buttons that change it. */
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Reason } from '../../api/explain-types.ts'
import { explanation } from '../../api/queries.ts'
import { Link } from '../../components/Link.tsx'
import { ReasonLine } from '../../components/ReasonLine.tsx'
import { whereIs } from '../../graph/describe.ts'
import { Glyph } from '../../graph/Glyph.tsx'
import { GATE_NAMES } from '../../graph/looks.ts'
import { actionsOf, shortRevision, type ActionRun, type Look, type Picture, type Token } from '../../graph/model.ts'
import { BY_WEIGHT, styleOf } from '../../graph/state-style.ts'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { ForeignLink } from '../../ui/ForeignLink.tsx'
import { ShortId } from '../../ui/Mono.tsx'
import { DoorControl } from './DoorControl.tsx'
import type { Selection } from './selection.ts'

export interface WhyPanelProps {
  readonly pipeline: string
  readonly picture: Picture
  readonly selection: Selection
  /** an instant of the past is shown: nothing can be done about it */
  readonly isPast: boolean
  readonly onSelect: (key: string | undefined) => void
}

export function WhyPanel(props: WhyPanelProps) {
  const { pipeline, selection, isPast, onSelect } = props
  const { data } = useQuery({ ...explanation(pipeline), enabled: !isPast })
  const reasons = isPast ? [] : distinct((data?.reasons ?? []).filter((reason) => isAbout(reason, selection)))
  return (
    <aside className="why" aria-label="What is known of the chosen part">
      <div className="why-head">
        <Title selection={selection} />
        <Button variant="icon" iconName="close" ariaLabel="Close" onClick={() => onSelect(undefined)} />
      </div>
      {reasons.length > 0 && (
        <ul className="plain-list why-reasons">
          {reasons.map((reason) => (
            <li key={`${reason.kind} ${JSON.stringify(reason.about)}`}>
              <ReasonLine reason={reason} />
            </li>
          ))}
        </ul>
      )}
      <Facts {...props} canOpen={reasons.some(opensDoor)} />
    </aside>
  )
}

/** Many executions may wait for one reason. */
const distinct = (reasons: readonly Reason[]): readonly Reason[] =>
  [...new Map(reasons.toReversed().map((reason) => [reason.message, reason])).values()].toReversed()

/** The narrowest things that lie within what is chosen. */
function isAbout({ about }: Reason, selection: Selection): boolean {
  switch (selection.kind) {
    case 'token':
      return about.pipelineExecutionId === selection.token.id
    case 'stage':
      return about.stageName === selection.stage.name
    case 'door':
      return about.stageName === selection.stage.name && about.actionName === undefined && about.condition === undefined
    case 'gate':
      return about.stageName === selection.stage.name && about.condition === selection.gate.key
    case 'action':
      return about.stageName === selection.stage.name && about.actionName === selection.action.name
    default:
      return selection satisfies never
  }
}

function Title({ selection }: { selection: Selection }) {
  const { look, kind, name } = titleOf(selection)
  return (
    <div className="why-title pg-tones">
      <Glyph look={look} size={20} />
      <div>
        <div className="quiet">{kind}</div>
        <h2>{name}</h2>
      </div>
    </div>
  )
}

function titleOf(selection: Selection): { look: Look; kind: string; name: string } {
  switch (selection.kind) {
    case 'token': {
      const { token } = selection
      return { look: token.look, kind: token.isRollback ? 'Rollback' : 'Execution', name: token.id.slice(0, 8) }
    }
    case 'stage':
      return { look: selection.stage.look, kind: 'Stage', name: selection.stage.name }
    case 'door':
      return {
        look: selection.stage.door.isOpen ? 'Idle' : 'Waiting',
        kind: 'Transition into',
        name: selection.stage.name,
      }
    case 'gate':
      return { look: selection.gate.look, kind: selection.stage.name, name: GATE_NAMES[selection.gate.key] }
    case 'action':
      return { look: selection.action.look, kind: selection.stage.name, name: selection.action.name }
    default:
      return selection satisfies never
  }
}

const opensDoor = ({ remedies }: Reason): boolean =>
  remedies.some(({ operation }) => operation === 'EnableStageTransition')

/** @param props.canOpen a button above opens the door already */
function Facts(props: WhyPanelProps & { readonly canOpen: boolean }) {
  const { pipeline, picture, selection, isPast, canOpen, onSelect } = props
  switch (selection.kind) {
    case 'token':
      return <TokenFacts pipeline={pipeline} picture={picture} token={selection.token} />
    case 'stage': {
      const { stage } = selection
      return (
        <List>
          <Row name="State">{styleOf(stage.look).label}</Row>
          {stage.since !== undefined && (
            <Row name="Since">
              <Ago at={stage.since} />
            </Row>
          )}
          <Row name="Actions">
            {BY_WEIGHT.flatMap((look) =>
              stage.tally[look] === undefined ? [] : [`${stage.tally[look]} ${styleOf(look).label.toLowerCase()}`],
            ).join(', ')}
          </Row>
          {stage.retries !== undefined && <Row name="Retried">{stage.retries} times</Row>}
          <ExecutionRow pipeline={pipeline} picture={picture} id={stage.executionId} onSelect={onSelect} />
          {actionsOf(stage)
            .filter(({ look }) => look === 'Failed' || look === 'Errored' || look === 'NeedsApproval')
            .map((action) => (
              <Row key={action.name} name={styleOf(action.look).label}>
                <button
                  type="button"
                  className="why-jump"
                  onClick={() => onSelect(`action:${stage.name}/${action.name}`)}
                >
                  {action.name}
                </button>
              </Row>
            ))}
          {!isPast && !canOpen && <DoorControl pipeline={pipeline} stage={stage.name} door={stage.door} />}
        </List>
      )
    }
    case 'door':
      return (
        <List>
          <Row name="State">{selection.stage.door.isOpen ? 'Open' : 'Closed'}</Row>
          {!selection.stage.door.isOpen && selection.stage.door.reason !== undefined && (
            <Row name="Reason">{selection.stage.door.reason}</Row>
          )}
          {selection.stage.door.changedBy !== undefined && (
            <Row name="Changed by">{selection.stage.door.changedBy}</Row>
          )}
          {selection.stage.door.changedAt !== undefined && (
            <Row name="Changed">
              <Ago at={selection.stage.door.changedAt} />
            </Row>
          )}
          {!isPast && !canOpen && (
            <DoorControl pipeline={pipeline} stage={selection.stage.name} door={selection.stage.door} />
          )}
        </List>
      )
    case 'gate':
      return (
        <List>
          <Row name="State">{selection.gate.look === 'Idle' ? 'Not asked' : styleOf(selection.gate.look).label}</Row>
          <Row name="Rules">{selection.gate.rules.join(', ')}</Row>
          {selection.gate.since !== undefined && (
            <Row name="Since">
              <Ago at={selection.gate.since} />
            </Row>
          )}
          {selection.gate.summary !== undefined && <Row name="Says">{selection.gate.summary}</Row>}
        </List>
      )
    case 'action': {
      const { action } = selection
      return (
        <>
          <List>
            <Row name="State">
              {styleOf(action.look).label}
              {action.isEarlier && action.look !== 'Pending' ? ', in an earlier execution' : ''}
            </Row>
            <Row name="Provider">
              {action.category} · {action.provider}
            </Row>
            {action.run === undefined ? (
              <Row name="Runs">It has never run.</Row>
            ) : (
              <RunRows pipeline={pipeline} picture={picture} run={action.run} onSelect={onSelect} />
            )}
          </List>
          {action.others.length > 0 && (
            <>
              <Box variant="h4">Runs besides</Box>
              {action.others.map((run) => (
                <List key={run.id}>
                  <RunRows pipeline={pipeline} picture={picture} run={run} onSelect={onSelect} />
                </List>
              ))}
            </>
          )}
        </>
      )
    }
    default:
      return selection satisfies never
  }
}

function RunRows(props: { pipeline: string; picture: Picture; run: ActionRun; onSelect: (key: string) => void }) {
  const { pipeline, picture, run, onSelect } = props
  return (
    <>
      {run.startedAt !== undefined && (
        <Row name="Began">
          <Ago at={run.startedAt} />
        </Row>
      )}
      {run.startedAt !== undefined && (
        <Row name="Took">
          <Took from={run.startedAt} {...(run.status !== 'InProgress' && { to: run.updatedAt })} />
        </Row>
      )}
      {run.percentComplete !== undefined && <Row name="Progress">{run.percentComplete} %</Row>}
      {run.error !== undefined && (
        <Row name={run.error.code}>
          <span className="why-text">{run.error.message}</span>
        </Row>
      )}
      {run.summary !== undefined && run.summary !== run.error?.message && (
        <Row name="Says">
          <span className="why-text">{run.summary}</span>
        </Row>
      )}
      {run.revisionId !== undefined && <Row name="Revision">{shortRevision(run.revisionId)}</Row>}
      {run.updatedBy !== undefined && <Row name="By">{run.updatedBy}</Row>}
      <ExecutionRow pipeline={pipeline} picture={picture} id={run.executionId} onSelect={onSelect} />
      {run.url !== undefined && (
        <Row name="Details">
          <ForeignLink url={run.url}>{run.externalId ?? 'where it works'}</ForeignLink>
        </Row>
      )}
      {run.executionId !== undefined && (
        <Row name="Log">
          <Link to={paths.logs(pipeline, run.executionId)}>Read the log</Link>
        </Row>
      )}
    </>
  )
}

function ExecutionRow(props: {
  pipeline: string
  picture: Picture
  id: string | undefined
  onSelect: (key: string) => void
}) {
  const { pipeline, picture, id, onSelect } = props
  if (id === undefined) return <></>
  const token = picture.tokens.find((each) => each.id === id)
  return (
    <Row name="Execution">
      <Link to={paths.execution(pipeline, id)}>{id.slice(0, 8)}</Link>{' '}
      {token !== undefined && (
        <button type="button" className="why-jump" onClick={() => onSelect(`token:${id}`)}>
          on the picture
        </button>
      )}
    </Row>
  )
}

function TokenFacts({ pipeline, picture, token }: { pipeline: string; picture: Picture; token: Token }) {
  return (
    <List>
      <Row name="State">{styleOf(token.look).label}</Row>
      <Row name="Where">{whereIs(token, picture)}</Row>
      <Row name="Id">
        <ShortId id={token.id} name="execution id" />
      </Row>
      {token.trigger !== undefined && <Row name="Started by">{token.trigger}</Row>}
      <Row name="Started">
        <Ago at={token.startedAt} />
      </Row>
      {token.revisions.map(({ action, id, summary, url }) => (
        <Row key={action} name={action}>
          {url === undefined ? shortRevision(id) : <ForeignLink url={url}>{shortRevision(id)}</ForeignLink>}{' '}
          <span className="why-text">{summary?.split('\n')[0]}</span>
        </Row>
      ))}
      {token.summary !== undefined && <Row name="Says">{token.summary}</Row>}
      <Row name="More">
        <Link to={paths.execution(pipeline, token.id)}>Open the execution</Link>
      </Row>
    </List>
  )
}

const List = ({ children }: { children: ReactNode }) => <dl className="why-facts">{children}</dl>

const Row = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="quiet">{name}</dt>
    <dd>{children}</dd>
  </>
)
