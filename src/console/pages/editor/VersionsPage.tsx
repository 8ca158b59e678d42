/** Every version a pipeline had: look, compare any two, bring one back. */
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { pipeline } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'
import { Ago } from '../../ui/Ago.tsx'
import { DifferenceList } from './DifferenceList.tsx'
import './editor.css'
import { Preview } from './Preview.tsx'

const MOST = 50

export default function VersionsPage() {
  const { name = '' } = useParams()
  const [search, setSearch] = useSearchParams()
  const navigate = useNavigate()
  const newest = useQuery(pipeline(name))
  const last = newest.data?.pipeline?.version ?? 0
  const numbers = Array.from({ length: Math.min(last, MOST) }, (_, index) => last - index)
  const a = Number(search.get('a') ?? Math.max(1, last - 1))
  const b = Number(search.get('b') ?? last)
  const all = useQueries({ queries: numbers.map((number) => pipeline(name, number)) })
  const declarationOf = (number: number) => all[numbers.indexOf(number)]?.data?.pipeline
  const set = (side: 'a' | 'b', number: number): void => {
    const next = { a: String(a), b: String(b), [side]: String(number) }
    setSearch(next, { replace: true })
  }
  usePage({
    title: 'Versions',
    crumbs: [
      { text: 'Pipelines', href: paths.fleet() },
      { text: name, href: paths.pipeline(name) },
    ],
    commands: { aws: [`aws codepipeline get-pipeline --name ${name} --version ${a}`] },
  })
  if (newest.error !== null) return <ErrorPanel error={newest.error} />
  if (newest.data === undefined) return <Spinner size="large" />
  const [before, after] = [declarationOf(a), declarationOf(b)]
  return (
    <SpaceBetween size="l">
      <Header variant="h1" counter={`(${last})`}>
        Versions of {name}
      </Header>
      <Container header={<Header variant="h2">{`Version ${a} against version ${b}`}</Header>}>
        {before !== undefined && after !== undefined ? <DifferenceList before={before} after={after} /> : <Spinner />}
      </Container>
      {numbers.map((number, index) => {
        const known = all[index]?.data
        return (
          <Container
            key={number}
            header={
              <Header
                variant="h2"
                actions={
                  <SpaceBetween direction="horizontal" size="xs">
                    <Button
                      ariaLabel={`Compare from version ${number}`}
                      disabled={number === a}
                      onClick={() => set('a', number)}
                    >
                      From
                    </Button>
                    <Button
                      ariaLabel={`Compare to version ${number}`}
                      disabled={number === b}
                      onClick={() => set('b', number)}
                    >
                      To
                    </Button>
                    <Button
                      ariaLabel={`Restore version ${number}`}
                      disabled={number === last}
                      onClick={() => void navigate(`${paths.editor(name)}?restore=${number}`)}
                    >
                      Restore
                    </Button>
                  </SpaceBetween>
                }
                description={<Ago at={known?.metadata?.updated} />}
              >
                {`Version ${number}`}
              </Header>
            }
          >
            {known?.pipeline !== undefined && <Preview declaration={known.pipeline} />}
          </Container>
        )
      })}
    </SpaceBetween>
  )
}
