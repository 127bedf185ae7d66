package wire

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// MaxLine bounds a message: a body of 20 MiB in base64, and what stands around it.
const MaxLine = 32 << 20

// MaxBody bounds the body of a request or of an answer, in bytes.
const MaxBody = 20 << 20

// ErrTooLong is the end of a conversation in which a line was longer than [MaxLine].
var ErrTooLong = errors.New("a message is too long")

// ErrNoMessage is a line that is none.
var ErrNoMessage = errors.New("a line is no message")

// Kind says what a message is.
type Kind string

// The kinds. The first group goes to the worker, the second comes from it.
const (
	Load   Kind = "load"   // load the service
	Invoke Kind = "invoke" // call one method; the worker ends after it
	List   Kind = "list"   // read the annotations of one folder
	Lint   Kind = "lint"   // check the source of one folder
	Icon   Kind = "icon"   // make the picture of an icon file, which is the body
	File   Kind = "file"   // the answer to Open
	Answer Kind = "answer" // the answer to Send
	Stored Kind = "stored" // the answer to Upload

	Loaded Kind = "loaded"
	Result Kind = "result"
	Failed Kind = "failed"
	Listed Kind = "listed"
	Linted Kind = "linted"
	// IconRead has the picture as its body: 4 bytes a pixel (red, green, blue, alpha), rows from the top.
	IconRead Kind = "icon_read"
	Open     Kind = "open" // wants a file of the service
	Send     Kind = "send" // wants an HTTP request
	Upload   Kind = "upload"
	Console  Kind = "console"
)

// Message is one line. Which members are set follows from Kind.
type Message struct {
	Kind Kind `json:"kind"`
	ID   int  `json:"id,omitempty"` // of a Send or an Upload, and of its answer

	Call     json.RawMessage `json:"call,omitempty"`     // Invoke: an engine.Call
	Service  json.RawMessage `json:"service,omitempty"`  // Listed: an annotation.Service
	Methods  []string        `json:"methods,omitempty"`  // Lint: of code beside a manifest, what it must have
	Findings json.RawMessage `json:"findings,omitempty"` // Linted: a list of lint.Finding
	Items    string          `json:"items,omitempty"`    // Loaded: JSON text
	Stubs    []string        `json:"stubs,omitempty"`    // Loaded, Result, Failed: packages that are not there
	Text     string          `json:"text,omitempty"`     // Result: JSON text; Console: the line; Failed: the reason where it is the host's
	Failure  json.RawMessage `json:"failure,omitempty"`  // Failed: an engine.Failure
	Reason   Reason          `json:"reason,omitempty"`   // Failed

	Name  string `json:"name,omitempty"` // Open and File: a path; Console: the level; Upload: the options as JSON
	Stat  *Stat  `json:"stat,omitempty"` // File: nil if there is none
	Body  []byte `json:"body,omitempty"` // File, Send, Answer, Upload, Icon, IconRead
	Empty bool   `json:"empty,omitempty"`

	Request  *Request  `json:"request,omitempty"`
	Response *Response `json:"response,omitempty"`
	Address  string    `json:"address,omitempty"` // Stored
}

// Reason says why a call failed where it was not the service that threw.
type Reason string

// The reasons.
const (
	Threw         Reason = "threw"
	Constructing  Reason = "constructing" // it threw while the class was constructed
	Unregistered  Reason = "unregistered"
	NoMethod      Reason = "no_method"
	Unsettled     Reason = "unsettled"
	OutOfTime     Reason = "out_of_time"
	OutOfMemory   Reason = "out_of_memory"
	NoService     Reason = "no_service"
	Syntax        Reason = "syntax"
	Internal      Reason = "internal"
	TooLongResult Reason = "too_long"
	Busy          Reason = "busy"     // it computed without a pause
	BadIcon       Reason = "bad_icon" // the text says what is wrong with it
)

// Stat is what is told of a file or a folder.
type Stat struct {
	Folder bool     `json:"folder,omitempty"`
	Size   int64    `json:"size"`
	Names  []string `json:"names,omitempty"` // of a folder
}

// Request is an HTTP request that the worker wants made. Its body is the message's.
type Request struct {
	Method     string      `json:"method"`
	URL        string      `json:"url"`
	Headers    [][2]string `json:"headers,omitempty"`
	HasBody    bool        `json:"has_body,omitempty"`
	Follow     bool        `json:"follow,omitempty"`
	Decompress bool        `json:"decompress,omitempty"`
	IdleMillis int64       `json:"idle_ms,omitempty"`
}

// Response is what came back. Its body is the message's.
type Response struct {
	Status     int         `json:"status"`
	StatusText string      `json:"status_text,omitempty"`
	Headers    [][2]string `json:"headers,omitempty"`
	URL        string      `json:"url,omitempty"`
	Code       string      `json:"code,omitempty"`    // instead of the rest: Node's code of a failure below HTTP
	Problem    string      `json:"problem,omitempty"` // and its text
}

// Conn reads and writes messages. Write may be called by several goroutines, Read by one.
type Conn struct {
	r  *bufio.Reader
	w  io.Writer
	mu sync.Mutex
}

// NewConn returns a Conn over the two ends.
func NewConn(r io.Reader, w io.Writer) *Conn {
	return &Conn{r: bufio.NewReaderSize(r, 64<<10), w: w}
}

// Write sends one message as one line.
func (c *Conn) Write(m Message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	if len(line) >= MaxLine {
		return ErrTooLong
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// Read returns the next message; io.EOF at the end, [ErrTooLong] for a line beyond the bound, [ErrNoMessage] for what is none.
func (c *Conn) Read() (Message, error) {
	var line []byte
	for {
		part, err := c.r.ReadSlice('\n')
		if len(line)+len(part) > MaxLine {
			return Message{}, ErrTooLong
		}
		line = append(line, part...)
		if err == nil {
			break
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return Message{}, io.EOF
		}
		if errors.Is(err, io.EOF) {
			return Message{}, io.ErrUnexpectedEOF
		}
		return Message{}, fmt.Errorf("read a message: %w", err)
	}
	var m Message
	if err := json.Unmarshal(line, &m); err != nil {
		return Message{}, ErrNoMessage
	}
	return m, nil
}
