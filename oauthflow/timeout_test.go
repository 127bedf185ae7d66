package oauthflow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"authdeck/oauthflow"
)

func TestWithTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(cancelParent, cancel context.CancelFunc) // before the deadline
		want error
		at   time.Duration
	}{
		"deadline":        {func(_, _ context.CancelFunc) {}, context.DeadlineExceeded, 30 * time.Second},
		"canceled":        {func(_, cancel context.CancelFunc) { cancel() }, context.Canceled, time.Second},
		"parent canceled": {func(parent, _ context.CancelFunc) { parent() }, context.Canceled, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, cancelParent := context.WithCancel(t.Context())
				defer cancelParent()
				ctx, cancel := oauthflow.WithTimeout(parent, 30*time.Second)
				defer cancel()
				if ctx.Err() != nil {
					t.Error(ctx.Err())
				}
				child, cancelChild := context.WithCancel(ctx)
				defer cancelChild()
				began := time.Now()
				time.AfterFunc(time.Second, func() { c.end(cancelParent, cancel) })
				<-child.Done()
				if took := time.Since(began); took != c.at || !errors.Is(ctx.Err(), c.want) || !errors.Is(context.Cause(child), c.want) {
					t.Errorf("%v (%v) after %s, want %v after %s", ctx.Err(), context.Cause(child), took, c.want, c.at)
				}
			})
		})
	}
}

// TestWithTimeout_ParentsDeadline: an outer deadline of the ordinary sort holds.
func TestWithTimeout_ParentsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancelParent := context.WithTimeout(t.Context(), time.Second)
		defer cancelParent()
		ctx, cancel := oauthflow.WithTimeout(parent, time.Minute)
		defer cancel()
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Error(ctx.Err())
		}
	})
}
