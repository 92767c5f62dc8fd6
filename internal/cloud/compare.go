package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
)

// Compare holds all of the bucket against the marks: what no event told of is taken
// in, and what is old, unknown or cannot be taken is told. begun is the ledger's time
// ([ledger.Ledger.BeginComparison]). What was taken in before is not among the
// arrivals. An error means that the comparison is to be made again soon: something
// failed that may pass.
func (in *Inbox) Compare(ctx context.Context, begun time.Time) ([]Arrival, error) {
	arrivals, err := in.outside(ctx)
	if err != nil {
		return nil, err
	}
	unmarked, err := in.unmarked(ctx)
	if err != nil {
		return arrivals, err
	}
	slices.SortStableFunc(unmarked, func(a, b version) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key)) })
	old := 0
	var failed []error
	for _, v := range unmarked {
		if ctx.Err() != nil {
			return arrivals, ctx.Err()
		}
		a := in.take(ctx, v)
		if a.Status == intake.Gone || a.Status == intake.Unchanged {
			continue
		}
		if a.Status == intake.Old {
			old++
		}
		if _, stray := a.Stray(); a.again && !stray {
			failed = append(failed, fmt.Errorf("%s: %w", a.Key, a.Err))
		}
		arrivals = append(arrivals, a)
	}
	met, gone := sorted(arrivals)
	if len(failed) > 0 {
		return arrivals, errors.Join(append(failed, in.Strays.NoteStrays(ctx, met, gone))...)
	}
	return arrivals, in.Strays.Compared(ctx, begun, met, old)
}

// unmarked are the newest versions below config.InboxKeys without a mark.
func (in *Inbox) unmarked(ctx context.Context) ([]version, error) {
	marks, err := in.marks(ctx)
	if err != nil {
		return nil, err
	}
	var list []version
	for v, err := range in.versions(ctx, config.InboxKeys) {
		if err != nil {
			return nil, err
		}
		if !v.Gone && !marks[in.settled(v)] && !marks[in.refused(v)] {
			list = append(list, v)
		}
	}
	return list, nil
}

// outside is what lies in the bucket where nothing arrives and Lodge wrote nothing:
// of each folder one line.
func (in *Inbox) outside(ctx context.Context) ([]Arrival, error) {
	var list []Arrival
	pages := s3.NewListObjectsV2Paginator(in.S3, &s3.ListObjectsV2Input{
		Bucket: &in.Bucket, Delimiter: aws.String("/"), EncodingType: types.EncodingTypeUrl,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the bucket: %w", err)
		}
		var keys []*string
		for _, o := range page.Contents {
			keys = append(keys, o.Key)
		}
		for _, p := range page.CommonPrefixes {
			keys = append(keys, p.Prefix)
		}
		for _, encoded := range keys {
			key, err := keyOf(encoded, page.EncodingType)
			if err != nil {
				return nil, err
			}
			if key == config.InboxKeys || mine(key) {
				continue
			}
			a := in.arrival(version{Key: key})
			a.Status = intake.Left
			a.Needs, a.Err = in.wrong(key)
			list = append(list, a)
		}
	}
	return list, nil
}

// Adopt has an object from before the watermark registered: it is copied onto itself,
// which makes a version that came now, and says of who wanted it. File is its name as
// an [Arrival] shows it.
func (in *Inbox) Adopt(ctx context.Context, account, file, who string) error {
	if _, known := in.Taker.Accounts[account]; !known {
		return fmt.Errorf("adopt %s: there is no account %q", file, account)
	}
	prefix := config.InboxKeys + account + "/"
	for v, err := range in.versions(ctx, prefix) {
		if err != nil {
			return fmt.Errorf("adopt %s of account %s: %w", file, account, err)
		}
		if v.Gone || intake.Shown(strings.TrimPrefix(v.Key, prefix)) != file {
			continue
		}
		if err := in.freshen(ctx, v, who); err != nil {
			return fmt.Errorf("adopt %s of account %s: %w", file, account, err)
		}
		return nil
	}
	return fmt.Errorf("adopt %s of account %s: there is no such object in the bucket", file, account)
}

var _ Strays = (*ledger.Ledger)(nil)
