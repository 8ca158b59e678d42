import { usePage } from '../../components/page.ts'

export default function ComparePage() {
  usePage({ title: 'Compare' })
  return <></>
}
