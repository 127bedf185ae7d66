package form

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// number is a line that must be a JSON number, within bounds and on steps where it has them.
type number struct{ *line }

func (n *number) key(k tea.KeyPressMsg) (used, changed bool) {
	at, text := n.edit.at, n.edit.runes
	exponent := at > 0 && (text[at-1] == 'e' || text[at-1] == 'E')
	switch {
	case k.Text == "+" && !exponent:
		return true, n.step(1)
	case k.Text == "-" && !exponent && at > 0:
		return true, n.step(-1)
	}
	return n.line.key(k)
}

// step goes to the next number that the steps have; from nothing, to the least or to zero.
func (n *number) step(by int64) bool {
	f := n.field
	step, ok := rational(f.Step)
	if !ok || step.Sign() <= 0 {
		step = big.NewRat(1, 1)
	}
	low, bounded := rational(f.Min)
	high, capped := rational(f.Max)
	now, ok := rational(n.value())
	switch {
	case n.value() == "" && bounded:
		now = low
	case n.value() == "":
		now = new(big.Rat)
	case !ok:
		return false
	default:
		from := new(big.Rat)
		if bounded && f.Step != "" {
			from = low
		}
		if f.Step != "" {
			now = onGrid(now, from, step, by)
		} else {
			now = new(big.Rat).Add(now, big.NewRat(by, 1))
		}
	}
	if capped && now.Cmp(high) > 0 {
		now = high
	}
	if bounded && now.Cmp(low) < 0 {
		now = low
	}
	text := decimal(now)
	if text == n.value() {
		return false
	}
	n.edit.set(text)
	return true
}

// onGrid is the next number above (by 1) or below (by -1) that is whole steps away from from.
func onGrid(now, from, step *big.Rat, by int64) *big.Rat {
	steps := new(big.Rat).Quo(new(big.Rat).Sub(now, from), step)
	down := new(big.Int).Div(steps.Num(), steps.Denom()) // Euclidean: rounds down
	if by > 0 || steps.IsInt() {
		down.Add(down, big.NewInt(by))
	}
	return new(big.Rat).Add(from, new(big.Rat).Mul(step, new(big.Rat).SetInt(down)))
}

func (n *number) check() string {
	v := n.value()
	var x json.Number
	if json.Unmarshal([]byte(v), &x) != nil || strings.HasPrefix(v, `"`) {
		return "not a number"
	}
	rule := n.rule()
	at, ok := rational(v)
	if rule == "" {
		return ""
	}
	if !ok {
		return "must be " + rule
	}
	low, bounded := rational(n.field.Min)
	high, capped := rational(n.field.Max)
	if bounded && at.Cmp(low) < 0 || capped && at.Cmp(high) > 0 {
		return "must be " + rule
	}
	if step, ok := rational(n.field.Step); ok && step.Sign() > 0 {
		from := new(big.Rat)
		if bounded {
			from = low
		}
		if !new(big.Rat).Quo(new(big.Rat).Sub(at, from), step).IsInt() {
			return "must be " + rule
		}
	}
	return ""
}

// rule is what the number must be, in words; "" if anything goes.
func (n *number) rule() string {
	f := n.field
	var rule string
	_, low := rational(f.Min)
	_, high := rational(f.Max)
	switch {
	case low && high:
		rule = "between " + f.Min + " and " + f.Max
	case low:
		rule = "at least " + f.Min
	case high:
		rule = "at most " + f.Max
	}
	if step, ok := rational(f.Step); ok && step.Sign() > 0 {
		if f.Step == "1" {
			return strings.TrimSpace("a whole number " + rule)
		}
		rule = strings.TrimSpace(rule + " in steps of " + f.Step)
	}
	return rule
}

// keys says the rule too, unless it is said already that it is broken.
func (n *number) keys() string {
	rule := n.rule()
	switch {
	case n.field.Step == "" && n.field.problem == "":
		return rule
	case n.field.Step == "":
		return ""
	case rule == "" || n.field.problem != "":
		return "+ and - step"
	}
	return rule + "; + and - step"
}

// rational reads a number of a size that costs nothing to reckon with.
func rational(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 60 || strings.ContainsAny(s, "/_xXpPoObB") {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if n, err := strconv.Atoi(s[i+1:]); err != nil || n > 300 || n < -300 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}

// decimal writes a number without an exponent and without zeros at its end.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(20), "0"), ".")
}
