import { usePage } from '../../components/page.ts'

export default function EventsPage() {
  usePage({ title: 'Events' })
  return <></>
}
