import { usePage } from '../../components/page.ts'

export default function ProjectPage() {
  usePage({ title: 'Build project' })
  return <></>
}
