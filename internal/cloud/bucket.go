package cloud

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.com/lodge/internal/objects"
)

// A Bucket is an [objects.Store] below a prefix of a bucket in S3. A key is the
// prefix and the name as it is: names are text that S3 takes ([objects.Check]), so
// that people find what they look for. Of a versioned bucket it is what is there
// now.
type Bucket struct {
	client *s3.Client
	name   string
	prefix string
	page   int32 // how many keys one answer lists
}

var _ objects.Store = (*Bucket)(nil)

// longestPrefix leaves room for every name in a key, of which S3 takes 1,024 bytes
// (Amazon S3 User Guide, "Naming Amazon S3 objects").
const longestPrefix = 1024 - objects.LongestName

// NewBucket is the store below prefix, such as "evidence/"; "" is the whole bucket.
func NewBucket(client *s3.Client, bucket, prefix string) (*Bucket, error) {
	if bucket == "" || len(prefix) > longestPrefix || prefix != "" && objects.Check(strings.TrimSuffix(prefix, "/")) != nil ||
		prefix != "" && !strings.HasSuffix(prefix, "/") {
		return nil, fmt.Errorf("bucket %q: %q cannot be where keys begin: an author corrects it", bucket, prefix)
	}
	return &Bucket{client: client, name: bucket, prefix: prefix, page: 1000}, nil
}

// key is where an object lies in the bucket.
func (b *Bucket) key(name string) *string { return aws.String(b.prefix + name) }

// Place implements [objects.Store].
func (b *Bucket) Place(name string) string { return "s3://" + b.name + "/" + b.prefix + name }

// insisted bounds how often a call is made, the first included: S3 asks to slow down
// while it makes room for more (Amazon S3 User Guide, "Best practices design
// patterns").
const insisted = 6

// insistent makes a call again where S3 says that this helps: beside what the SDK
// knows of, a write that met another of the same key (API reference, PutObject,
// "If-None-Match": 409 ConditionalRequestConflict).
func insistent(o *s3.Options) {
	o.Retryer = retry.AddWithMaxAttempts(retry.AddWithErrorCodes(o.Retryer, "ConditionalRequestConflict"), insisted)
	o.DisableLogOutputChecksumValidationSkipped = true // of an object that others wrote
}

// tokenName is the metadata by which a writer knows its own object.
const tokenName = "lodge-token"

// Create implements [objects.Store]. Where the answer to a write was lost, the SDK
// writes again, and S3 refuses that because the object is there: whose it is, its
// token says.
func (b *Bucket) Create(ctx context.Context, name string, data []byte) error {
	if err := errors.Join(objects.Check(name), ctx.Err()); err != nil {
		return err
	}
	token := rand.Text()
	for range insisted {
		err := b.put(ctx, name, data, &token)
		if code(err) != "PreconditionFailed" {
			return b.failed("s3:PutObject", name, err)
		}
		head, err := b.head(ctx, name)
		switch {
		case err == nil && head.Metadata[tokenName] == token:
			return nil
		case err == nil:
			return fmt.Errorf("%s is there already and was left as it is: %w", b.Place(name), fs.ErrExist)
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("something is at %s already, and whose it is cannot be known: %w", b.Place(name), err)
		}
		// It was removed in between.
	}
	return fmt.Errorf("%s is made and removed by others all the time: %w", b.Place(name), fs.ErrExist)
}

// Put implements [objects.Store].
func (b *Bucket) Put(ctx context.Context, name string, data []byte) error {
	if err := errors.Join(objects.Check(name), ctx.Err()); err != nil {
		return err
	}
	return b.failed("s3:PutObject", name, b.put(ctx, name, data, nil))
}

// put writes an object, with a token only where there is none. S3 takes nothing
// that is not what its hash says.
func (b *Bucket) put(ctx context.Context, name string, data []byte, token *string) error {
	sum := sha256.Sum256(data)
	in := &s3.PutObjectInput{
		Bucket: &b.name, Key: b.key(name), Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))),
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if token != nil {
		in.IfNoneMatch = aws.String("*")
		in.Metadata = map[string]string{tokenName: *token}
	}
	_, err := b.client.PutObject(ctx, in, insistent)
	return err
}

// Stat implements [objects.Store].
func (b *Bucket) Stat(ctx context.Context, name string) (objects.Info, error) {
	if err := errors.Join(objects.Check(name), ctx.Err()); err != nil {
		return objects.Info{}, err
	}
	head, err := b.head(ctx, name)
	if err != nil {
		return objects.Info{}, err
	}
	return objects.Info{Size: aws.ToInt64(head.ContentLength), At: aws.ToTime(head.LastModified)}, nil
}

// head looks at an object. An answer to HEAD has no body, and so cannot say that it
// is the bucket that is missing.
func (b *Bucket) head(ctx context.Context, name string) (*s3.HeadObjectOutput, error) {
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: b.key(name)}, insistent)
	if code(err) == "NotFound" {
		if _, gone := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name}, insistent); code(gone) == "NotFound" {
			return nil, b.failed("s3:ListBucket", name, &types.NoSuchBucket{})
		}
	}
	return head, b.failed("s3:GetObject", name, err)
}

// Remove implements [objects.Store]. A versioned bucket keeps the version that was
// there, as long as its lifecycle rules say.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	if err := errors.Join(objects.Check(name), ctx.Err()); err != nil {
		return err
	}
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: b.key(name)}, insistent)
	return b.failed("s3:DeleteObject", name, err)
}
