import { usePage } from '../../components/page.ts'

export default function RepositoryPage() {
  usePage({ title: 'Repository' })
  return <></>
}
