package cloud

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// code is what S3 calls an error (API reference, "Error responses"); "" if it is
// none of S3's.
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// A trouble is what an error of S3 means here, and who acts.
type trouble struct {
	what   string
	is     error // what it wraps beside S3's own; may be nil
	region bool  // S3 says which region it is
}

// troubles by S3's codes. Of a bucket in another region the code depends on how it
// was asked.
func troubles(action string) map[string]trouble {
	elsewhere := trouble{what: "the bucket lies in another region than \"region\" under \"aws\" in lodge.yaml says: the operator corrects it",
		region: true}
	denied := trouble{what: "the role may not do " + action + " there, or the key is not there and it may not list: the operator lets it",
		is: fs.ErrPermission}
	busy := trouble{what: "S3 was busy all the time: it is tried again later, and the operator acts only if it stays so"}
	unknown := trouble{what: "AWS does not know who asks: the operator looks at the credentials", is: fs.ErrPermission}
	return map[string]trouble{
		"NoSuchKey":                    {what: "it is not there", is: fs.ErrNotExist},
		"NotFound":                     {what: "it is not there", is: fs.ErrNotExist}, // answers to HEAD have no other code
		"NoSuchBucket":                 {what: "there is no such bucket: the operator corrects \"bucket\" in lodge.yaml, or deploys it"},
		"AccessDenied":                 denied,
		"Forbidden":                    denied,
		"PermanentRedirect":            elsewhere,
		"MovedPermanently":             elsewhere,
		"AuthorizationHeaderMalformed": elsewhere,
		"SlowDown":                     busy,
		"ServiceUnavailable":           busy,
		"InternalError":                busy,
		"ConditionalRequestConflict":   busy,
		"InvalidAccessKeyId":           unknown,
		"SignatureDoesNotMatch":        unknown,
		"ExpiredToken":                 unknown,
		"RequestTimeTooSkewed":         {what: "this machine's clock is wrong: the operator sets it"},
		"KMS.DisabledException":        {what: "the key of the bucket is disabled: the operator enables it"},
		"InvalidObjectState":           {what: "it was moved to an archive: the operator restores it"},
	}
}

// failed says which object of which bucket it was about, and who acts. The error is
// nil if err is.
func (b *Bucket) failed(action, name string, err error) error {
	if err == nil {
		return nil
	}
	known, ok := troubles(action)[code(err)]
	answer, answered := errors.AsType[*awshttp.ResponseError](err)
	switch {
	case ok:
	case answered && answer.HTTPStatusCode() == http.StatusMovedPermanently:
		known = troubles(action)["PermanentRedirect"]
	default:
		known.what = "the operator looks at the network and at S3, if it happens again"
	}
	if known.region && answered {
		known.what += fmt.Sprintf(" (it is in %.20q)", answer.HTTPResponse().Header.Get("X-Amz-Bucket-Region"))
	}
	if known.is != nil {
		return fmt.Errorf("%s: %s: %w (%w)", b.Place(name), known.what, known.is, err)
	}
	return fmt.Errorf("%s: %s: %w", b.Place(name), known.what, err)
}
