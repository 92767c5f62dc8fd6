package cloud

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.com/lodge/internal/objects"
)

// wholeUpTo is the size, in bytes, up to which an object is read and held against
// its checksum before anybody gets any of it. All that Lodge writes is smaller.
const wholeUpTo = 16 << 20

// reads bounds how often an object is read whose bytes do not come, or not as they
// were written.
const reads = 4

// Open implements [objects.Store]. The SDK holds what comes against the checksum
// that S3 keeps of it.
func (b *Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := errors.Join(objects.Check(name), ctx.Err()); err != nil {
		return nil, err
	}
	in := &s3.GetObjectInput{Bucket: &b.name, Key: b.key(name), ChecksumMode: types.ChecksumModeEnabled}
	var broken error
	for range reads {
		out, err := b.client.GetObject(ctx, in, insistent)
		if err != nil {
			return nil, b.failed("s3:GetObject", name, err)
		}
		if aws.ToInt64(out.ContentLength) > wholeUpTo {
			return out.Body, nil
		}
		data, err := io.ReadAll(out.Body)
		err = errors.Join(err, out.Body.Close())
		if err == nil && out.ContentLength != nil && int64(len(data)) != *out.ContentLength {
			err = io.ErrUnexpectedEOF
		}
		if err == nil {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		if broken = err; ctx.Err() != nil {
			break
		}
	}
	return nil, b.failed("s3:GetObject", name, broken)
}

// List implements [objects.Store], with one call for each thousand keys.
func (b *Bucket) List(ctx context.Context, folder string, flat bool) iter.Seq2[objects.Entry, error] {
	return func(yield func(objects.Entry, error) bool) {
		within := b.prefix
		if folder != "" {
			if err := objects.Check(folder); err != nil {
				yield(objects.Entry{}, err)
				return
			}
			within += folder + "/"
		}
		in := &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &within, MaxKeys: &b.page, EncodingType: types.EncodingTypeUrl}
		if flat {
			in.Delimiter = aws.String("/")
		}
		last := "" // folder: S3 gives each once, some emulators again on the next page
		for pages := s3.NewListObjectsV2Paginator(b.client, in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx, insistent)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(objects.Entry{}, b.failed("s3:ListBucket", folder, err))
				return
			}
			for _, l := range b.entries(page, within) {
				if l.Folder && l.key == last {
					continue
				}
				if l.err != nil {
					l.err = b.failed("s3:ListBucket", folder, l.err)
				}
				if !yield(l.Entry, l.err) || l.err != nil {
					return
				}
				if l.Folder {
					last = l.key
				}
			}
		}
	}
}

// listed is a line of a list, or why it cannot be one.
type listed struct {
	objects.Entry
	key string
	err error
}

// entries are those of one page, in order: S3 gives folders apart from objects.
func (b *Bucket) entries(page *s3.ListObjectsV2Output, within string) []listed {
	list := make([]listed, 0, len(page.Contents)+len(page.CommonPrefixes))
	for _, o := range page.Contents {
		key, err := keyOf(o.Key, page.EncodingType)
		if err == nil && key == within {
			continue // the folder itself, which consoles make as an empty object
		}
		name := strings.TrimPrefix(key, b.prefix)
		info := objects.Info{Size: aws.ToInt64(o.Size), At: aws.ToTime(o.LastModified)}
		list = append(list, listed{key: key, err: err, Entry: objects.Known(name, false, objects.Check(name) != nil, info)})
	}
	for _, p := range page.CommonPrefixes {
		key, err := keyOf(p.Prefix, page.EncodingType)
		name := strings.TrimSuffix(strings.TrimPrefix(key, b.prefix), "/")
		list = append(list, listed{key: key, err: err, Entry: objects.Known(name, true, objects.Check(name) != nil, objects.Info{})})
	}
	slices.SortFunc(list, func(x, y listed) int { return cmp.Compare(x.key, y.key) })
	return list
}
