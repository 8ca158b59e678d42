import Box from '@cloudscape-design/components/box'
import { useLocation } from 'react-router'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'

export default function NotFoundPage() {
  const { pathname } = useLocation()
  usePage({ title: 'Not found' })
  return (
    <Box textAlign="center" padding="xxl">
      <Box variant="h1">Nothing is here</Box>
      <Box variant="p">
        No page has the address <Box variant="code">{pathname}</Box>. <Link to={paths.fleet()}>All pipelines</Link>
      </Box>
    </Box>
  )
}
