package secret

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
)

// Handler is a [slog.Handler] that redacts messages and attributes before the one behind it sees them. Values that are
// neither numbers, times nor texts become texts, since their fields cannot be judged.
type Handler struct{ next slog.Handler }

// NewHandler puts redaction before next.
func NewHandler(next slog.Handler) *Handler { return &Handler{next: next} }

// Enabled asks the handler behind.
func (h *Handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle redacts r and passes it on.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs redacts the attributes once, here.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := slices.Clone(attrs)
	for i, a := range clean {
		clean[i] = redactAttr(a)
	}
	return &Handler{next: h.next.WithAttrs(clean)}
}

// WithGroup passes the group on.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{next: h.next.WithGroup(name)}
}

func redactAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	s := sensitive(a.Key)
	switch v.Kind() {
	case slog.KindGroup:
		group := slices.Clone(v.Group())
		for i, inner := range group {
			group[i] = redactAttr(inner)
			if s == always {
				group[i].Value = slog.StringValue(Mask)
			}
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindBool, slog.KindDuration, slog.KindFloat64, slog.KindInt64, slog.KindTime, slog.KindUint64:
		return slog.Attr{Key: a.Key, Value: v}
	case slog.KindAny, slog.KindString, slog.KindLogValuer:
	}
	var text string
	switch x := v.Any().(type) {
	case nil:
		return slog.Attr{Key: a.Key, Value: v}
	case string:
		text = x
	case error:
		text = x.Error()
	case []byte:
		text = string(x)
	default:
		text = fmt.Sprintf("%+v", x)
	}
	if s == always && text != "" || s == unless && !word(text) {
		return slog.String(a.Key, Mask)
	}
	return slog.String(a.Key, Redact(text))
}
