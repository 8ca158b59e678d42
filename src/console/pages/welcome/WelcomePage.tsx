/** An empty installation: how to push the first pipeline, and a button that makes one. */
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useNavigate } from 'react-router'
import { region } from '../../api/region.ts'
import { paths } from '../../paths.ts'
import { Copyable } from '../../ui/Mono.tsx'
import { DemoButton } from './DemoButton.tsx'

export default function WelcomePage() {
  const navigate = useNavigate()
  const endpoint = globalThis.location.origin
  const steps = [
    { title: 'Point the AWS tools here', command: `export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region()}` },
    {
      title: 'Create a pipeline you have',
      command: 'aws codepipeline create-pipeline --cli-input-json file://pipeline.json',
    },
    { title: 'Watch it', command: 'pipewright watch NAME' },
  ]
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="Pipewright runs AWS CodePipeline pipelines on this machine.">
        No pipeline yet
      </Header>
      <div className="welcome">
        <Container header={<Header variant="h2">See one move</Header>}>
          <SpaceBetween size="m">
            <Box>
              A small site: a repository with a first commit, a build, an approval, and a bucket it is served from. You
              can push to it, break it, and delete it.
            </Box>
            <DemoButton />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">Bring your own</Header>}>
          <SpaceBetween size="m">
            <ol className="welcome-steps">
              {steps.map(({ title, command }) => (
                <li key={title}>
                  {title}
                  <Box variant="code" display="block">
                    <Copyable text={command} name={`the command: ${title}`} />
                  </Box>
                </li>
              ))}
            </ol>
            <Button onClick={() => void navigate(paths.newPipeline())}>Start from a template</Button>
          </SpaceBetween>
        </Container>
      </div>
    </SpaceBetween>
  )
}
