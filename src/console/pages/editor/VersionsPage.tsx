import { usePage } from '../../components/page.ts'

export default function VersionsPage() {
  usePage({ title: 'Versions' })
  return <></>
}
