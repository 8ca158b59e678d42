import { useQuery } from '@tanstack/react-query'
import { pipelines } from '../../api/queries.ts'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'

export default function FleetPage() {
  usePage({ title: 'Pipelines', commands: { aws: ['aws codepipeline list-pipelines'] } })
  const { data } = useQuery(pipelines())
  return (
    <ul>
      {data?.map(({ name = '' }) => (
        <li key={name}>
          <Link to={paths.pipeline(name)}>{name}</Link>
        </li>
      ))}
    </ul>
  )
}
