package cloud

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// adoptedBy is the metadata of a version that a person had made.
const adoptedBy = "lodge-adopted-by"

// freshen makes the same bytes the newest version. S3 copies an object onto itself
// only if something of it changes (API reference, CopyObject): here its metadata.
func (in *Inbox) freshen(ctx context.Context, v version, who string) error {
	from := escaped(in.Bucket + "/" + v.Key)
	if v.ID != "" {
		from += "?versionId=" + url.QueryEscape(v.ID)
	}
	_, err := in.S3.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &in.Bucket, Key: &v.Key, CopySource: &from,
		IfMatch:           &v.ETag, // what came meanwhile is newer, and stays so
		MetadataDirective: types.MetadataDirectiveReplace,
		TaggingDirective:  types.TaggingDirectiveReplace,                      // by none: to copy tags takes rights to tags
		Metadata:          map[string]string{adoptedBy: url.QueryEscape(who)}, // headers are ASCII
	})
	return err
}

// escaped is a path as a header may hold it. A "+" would be read as a blank.
func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.QueryEscape(p), "+", "%20")
	}
	return strings.Join(parts, "/")
}
