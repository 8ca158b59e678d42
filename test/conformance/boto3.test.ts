/** boto3, the SDK of Lambda functions, job workers and scripts: one Python program through S3, CodeCommit, IAM, STS and CodePipeline. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestServer } from '../support/server.ts'
import { missing, run } from './support.ts'

const skip = await missing('python3', ['-c', 'import boto3'], 'boto3 is not on this machine')

const PROGRAM = String.raw`
import io, json, boto3
from botocore.exceptions import ClientError
from boto3.s3.transfer import TransferConfig

def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
        assert error.response['ResponseMetadata']['RequestId'], error
    else:
        raise AssertionError(code + ' was expected')

s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto')
large = bytes(range(256)) * 48_000
s3.upload_fileobj(io.BytesIO(large), 'boto', 'large', Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
back = io.BytesIO()
s3.download_fileobj('boto', 'large', back)
assert back.getvalue() == large
keys = ['a b+c%.txt', 'ü/1', 'ü/2', 'x//y', '\u65e5\u672c']
for key in keys:
    s3.put_object(Bucket='boto', Key=key, Body=key.encode(), Metadata={'k': 'v'}, Tagging='a=1')
assert s3.get_object(Bucket='boto', Key='a b+c%.txt')['Body'].read() == b'a b+c%.txt'
seen = [found['Key'] for page in s3.get_paginator('list_objects_v2').paginate(Bucket='boto', PaginationConfig={'PageSize': 2}) for found in page['Contents']]
assert sorted(seen) == sorted(keys + ['large']), seen
folded = s3.list_objects_v2(Bucket='boto', Delimiter='/')
assert [one['Prefix'] for one in folded['CommonPrefixes']] == ['x/', 'ü/'], folded
assert s3.get_object(Bucket='boto', Key='large', Range='bytes=254-257')['Body'].read() == b'\xfe\xff\x00\x01'
refused('NoSuchKey', s3.get_object, Bucket='boto', Key='none')
refused('404', s3.head_object, Bucket='boto', Key='none')
refused('PreconditionFailed', s3.put_object, Bucket='boto', Key='large', Body=b'', IfNoneMatch='*')
s3.delete_objects(Bucket='boto', Delete={'Objects': [{'Key': key} for key in seen]})
s3.delete_bucket(Bucket='boto')

codecommit = boto3.client('codecommit')
codecommit.create_repository(repositoryName='boto')
commit = codecommit.put_file(repositoryName='boto', branchName='main', filePath='a', fileContent=b'text')['commitId']
assert codecommit.get_file(repositoryName='boto', filePath='a')['fileContent'] == b'text'
refused('ParentCommitIdRequiredException', codecommit.put_file, repositoryName='boto', branchName='main', filePath='a', fileContent=b'other')
refused('RepositoryNameExistsException', codecommit.create_repository, repositoryName='boto')

iam, sts = boto3.client('iam'), boto3.client('sts')
trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}]}
role = iam.create_role(RoleName='boto', AssumeRolePolicyDocument=json.dumps(trust))['Role']
assert role['AssumeRolePolicyDocument'] == trust
refused('EntityAlreadyExists', iam.create_role, RoleName='boto', AssumeRolePolicyDocument=json.dumps(trust))
session = sts.assume_role(RoleArn=role['Arn'], RoleSessionName='boto')['Credentials']
assumed = boto3.client('sts', aws_access_key_id=session['AccessKeyId'], aws_secret_access_key=session['SecretAccessKey'], aws_session_token=session['SessionToken'])
assert assumed.get_caller_identity()['Arn'].endswith(':assumed-role/boto/boto')

pipelines = boto3.client('codepipeline')
refused('PipelineNotFoundException', pipelines.get_pipeline, name='none')
assert any(kind['id']['provider'] == 'CodeBuild' for kind in pipelines.list_action_types()['actionTypes'])

print('done')
`

test('given boto3, then a program written for AWS runs to its end', { skip, timeout: 60_000 }, async () => {
  await using server = await startTestServer()
  const { code, stdout, stderr } = await run('python3', ['-'], { env: server.env, input: PROGRAM })
  assert.deepEqual([code, stdout], [0, 'done\n'], stderr)
})
