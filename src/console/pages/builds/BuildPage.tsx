import { usePage } from '../../components/page.ts'

export default function BuildPage() {
  usePage({ title: 'Build' })
  return <></>
}
