package cloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
)

// A mark is what lies below config.TakenKeys for each version that was registered,
// so that comparing the bucket with the ledger is two listings. Its name is
// taken/ACCOUNT/HASH: a key and a version id may have 1,024 bytes each, and a name no
// more than that together. It says for people what it is of. It is no truth: without
// it the version is read again, and the ledger knows the bytes.
type mark struct {
	Key     string        `json:"key"`
	Version string        `json:"version"`
	At      time.Time     `json:"at"` // when the bucket got it
	Status  intake.Status `json:"status"`
	Build   string        `json:"build"`
}

// hashed is how many bytes of a hash name a mark.
const hashed = 16

// settled is the name of the mark of a version that is done with, and refused of one
// that this build has quarantined: another may judge it better.
func (in *Inbox) settled(v version) string { return in.markOf(v, "") }
func (in *Inbox) refused(v version) string { return in.markOf(v, in.Build) }

func (in *Inbox) markOf(v version, build string) string {
	account, _, _ := strings.Cut(strings.TrimPrefix(v.Key, config.InboxKeys), "/")
	text, _ := json.Marshal([]string{in.Table, v.Key, v.ID, build}) // of texts it cannot fail
	sum := sha256.Sum256(text)
	return config.TakenKeys + account + "/" + hex.EncodeToString(sum[:hashed])
}

// marked says whether a version was registered before.
func (in *Inbox) marked(ctx context.Context, v version) (bool, error) {
	for _, name := range []string{in.settled(v), in.refused(v)} {
		_, err := in.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &in.Bucket, Key: &name})
		if err == nil {
			return true, nil
		}
		if answered(err) != http.StatusNotFound {
			return false, err
		}
	}
	return false, nil
}

// mark notes that a version was registered. The mark that is there already says the
// same.
func (in *Inbox) mark(ctx context.Context, v version, status intake.Status) error {
	name := in.settled(v)
	if status == intake.Quarantined {
		name = in.refused(v)
	}
	text, err := json.Marshal(mark{v.Key, v.ID, v.At, status, in.Build})
	if err != nil {
		return err
	}
	_, err = in.S3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &in.Bucket, Key: &name, Body: bytes.NewReader(text), IfNoneMatch: aws.String("*"),
		ContentType: aws.String("application/json"),
	})
	if answered(err) == http.StatusPreconditionFailed {
		return nil
	}
	return err
}

// answered is the status of S3's answer that is the error, or 0.
func answered(err error) int {
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return e.HTTPStatusCode()
	}
	return 0
}

// marks are the names of all marks.
func (in *Inbox) marks(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	pages := s3.NewListObjectsV2Paginator(in.S3, &s3.ListObjectsV2Input{Bucket: &in.Bucket, Prefix: aws.String(config.TakenKeys)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list what was taken in: %w", err)
		}
		for _, o := range page.Contents {
			all[aws.ToString(o.Key)] = true
		}
	}
	return all, nil
}
