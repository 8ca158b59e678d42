import { usePage } from '../../components/page.ts'

export default function RepositoriesPage() {
  usePage({ title: 'Repositories' })
  return <></>
}
