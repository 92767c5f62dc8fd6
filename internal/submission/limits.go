package submission

// Limits bound what Lodge tries by itself. The zero Limits are the defaults.
type Limits struct {
	Sends int // requests of one revision that left or may have left; 0: DefaultSends
	Tries int // attempts of one revision, those proven not sent included; 0: DefaultTries
}

// The defaults of [Limits].
const (
	DefaultSends = 2
	DefaultTries = 10
)

func (l Limits) sends() int {
	if l.Sends <= 0 {
		return DefaultSends
	}
	return l.Sends
}

func (l Limits) tries() int {
	if l.Tries <= 0 {
		return DefaultTries
	}
	return l.Tries
}
