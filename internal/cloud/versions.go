package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.com/lodge/ledes"
)

// A version is the newest of an object.
type version struct {
	Key  string
	ID   string
	At   time.Time // in whole seconds
	Nth  int       // among the versions of the key that came in the same second: 0, 1, …
	Size int64
	ETag string
	Gone bool // there is none, or it was deleted
}

// newest is the newest version under a key. An event names one too, but others may
// have come since, and the order of two events is not that of the objects.
func (in *Inbox) newest(ctx context.Context, key string) (version, error) {
	for v, err := range in.versions(ctx, key) {
		if err != nil || v.Key == key {
			return v, err
		}
		break // keys come in order, and key itself is the first that begins so
	}
	return version{Key: key, Gone: true}, nil
}

// versions gives the newest version of each key that begins with prefix, in the
// order of keys. S3 lists the versions of a key from the newest on (Amazon S3 User
// Guide, "Listing objects in a versioning-enabled bucket"); which of two came first
// within a second nothing else tells.
func (in *Inbox) versions(ctx context.Context, prefix string) iter.Seq2[version, error] {
	return func(yield func(version, error) bool) {
		var v *version // the newest of the key that the list has come to
		for row, err := range in.rows(ctx, prefix) {
			switch {
			case err != nil:
				yield(version{}, err)
				return
			case v != nil && v.Key == row.Key:
				if row.At.Equal(v.At) {
					v.Nth++
				}
				continue
			case v != nil && !yield(*v, nil):
				return
			}
			v = &row
		}
		if v != nil {
			yield(*v, nil)
		}
	}
}

// rows are all versions and delete markers below prefix, as S3 lists them.
func (in *Inbox) rows(ctx context.Context, prefix string) iter.Seq2[version, error] {
	return func(yield func(version, error) bool) {
		// Keys may hold what XML cannot (API reference, ListObjectVersions,
		// "encoding-type").
		ask := &s3.ListObjectVersionsInput{Bucket: &in.Bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
		for {
			page, err := in.S3.ListObjectVersions(ctx, ask)
			if err != nil {
				yield(version{}, fmt.Errorf("list versions: %w", err))
				return
			}
			rows, err := merged(page)
			if err != nil {
				yield(version{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) {
				return
			}
			key, err := keyOf(page.NextKeyMarker, page.EncodingType)
			if err == nil && key == "" {
				err = errors.New("list versions: there are more, and S3 does not say where they begin")
			}
			if err != nil {
				yield(version{}, err)
				return
			}
			ask.KeyMarker, ask.VersionIdMarker = &key, page.NextVersionIdMarker
		}
	}
}

// merged puts versions and delete markers, which the SDK keeps apart, into one order
// again, that of the keys' bytes. Of a version and a marker of one key in the same second
// it is only known which is the newest of all.
func merged(page *s3.ListObjectVersionsOutput) ([]version, error) {
	var rows []version
	latest := map[version]bool{}
	add := func(encoded *string, is *bool, row version) (err error) {
		row.Key, err = keyOf(encoded, page.EncodingType)
		rows, latest[row] = append(rows, row), aws.ToBool(is)
		return err
	}
	for _, v := range page.Versions {
		row := version{ID: aws.ToString(v.VersionId), At: second(v.LastModified), Size: aws.ToInt64(v.Size), ETag: aws.ToString(v.ETag)}
		if err := add(v.Key, v.IsLatest, row); err != nil {
			return nil, err
		}
	}
	for _, m := range page.DeleteMarkers {
		row := version{ID: aws.ToString(m.VersionId), At: second(m.LastModified), Gone: true}
		if err := add(m.Key, m.IsLatest, row); err != nil {
			return nil, err
		}
	}
	first := func(v version) int {
		if latest[v] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b version) int { // each of the two lists is in order: a merge
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(first(a), first(b)), b.At.Compare(a.At))
	})
	return rows, nil
}

// second is a time of S3's in whole seconds, which is all that it tells of an object
// wherever it is asked.
func second(t *time.Time) time.Time { return aws.ToTime(t).UTC().Truncate(time.Second) }

// keyOf is a key of a list, which others may have put there: it may hold what XML cannot.
func keyOf(key *string, encoding types.EncodingType) (string, error) {
	if encoding != types.EncodingTypeUrl {
		return aws.ToString(key), nil
	}
	plain, err := url.QueryUnescape(aws.ToString(key))
	if err != nil {
		return "", fmt.Errorf("list the bucket: a key that cannot be decoded: %w", err)
	}
	return plain, nil
}

// Why a version could not be read, where it is not the network's fault.
var (
	errGone   = errors.New("the version was deleted")
	errDenied = errors.New("the operator acts")
)

// unread are the answers of S3 that a person ends (API reference, "Error responses").
var unread = map[string]string{
	"AccessDenied":       "Lodge's role may not read it, or not use the key that it is encrypted with",
	"InvalidObjectState": "it is in an archive: restore it",
	"InvalidRequest":     "it is encrypted with a key that only its owner has, or cannot be read in another way",
}

// unreadable says why a version cannot be read, where a person ends that; else "".
// S3 passes on the errors of KMS under their names (AWS KMS API reference, Decrypt).
func unreadable(code string) string {
	if strings.HasPrefix(code, "KMS.") {
		return "the key that it is encrypted with cannot be used: " + code
	}
	return unread[code]
}

// open opens a version for reading. Of one that is too large only so much is asked
// for as shows that it is.
func (in *Inbox) open(ctx context.Context, v version) (io.ReadCloser, error) {
	ask := &s3.GetObjectInput{Bucket: &in.Bucket, Key: &v.Key}
	if v.ID != "" {
		ask.VersionId = &v.ID
	}
	if v.Size > ledes.MaxSize {
		ask.Range = aws.String(fmt.Sprintf("bytes=0-%d", ledes.MaxSize))
	}
	answer, err := in.S3.GetObject(ctx, ask)
	if err == nil {
		return answer.Body, nil
	}
	why := unreadable(code(err))
	switch status := answered(err); {
	case status == http.StatusNotFound && code(err) != "NoSuchBucket", status == http.StatusMethodNotAllowed: // a delete marker is no object
		return nil, fmt.Errorf("%w: %w", errGone, err)
	case why != "":
		return nil, fmt.Errorf("%s; %w: %w", why, errDenied, err)
	}
	return nil, fmt.Errorf("read it: %w", err)
}
