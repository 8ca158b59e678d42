import { usePage } from '../../components/page.ts'

export default function ProjectsPage() {
  usePage({ title: 'Build projects' })
  return <></>
}
