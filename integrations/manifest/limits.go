package manifest

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// limits holds a number, or each of a list, against min, max and step; "" if it keeps them, else what it must do.
func (p paramSpec) limits(v any) string {
	ui := p.UIComponent
	for _, e := range each(v) {
		n, ok := e.(json.Number)
		if !ok {
			continue
		}
		value := exact(n)
		least, most, step := exact(ui.Min), exact(ui.Max), exact(ui.Step)
		switch {
		case value == nil:
		case least != nil && value.Cmp(least) < 0:
			return "be at least " + ui.Min.String()
		case most != nil && value.Cmp(most) > 0:
			return "be at most " + ui.Max.String()
		case step != nil && step.Sign() > 0 && !onStep(value, least, step):
			from := "0"
			if least != nil {
				from = ui.Min.String()
			}
			return "go in steps of " + ui.Step.String() + " from " + from
		}
	}
	return ""
}

func onStep(value, from, step *big.Rat) bool {
	if from != nil {
		value = new(big.Rat).Sub(value, from)
	}
	return new(big.Rat).Quo(value, step).IsInt()
}

// exact is a number as it is written, so that 0.3 is three steps of 0.1; nil for none. One with an exponent, or endless, is
// taken as the nearest float, so that 1e999999 costs no memory.
func exact(n json.Number) *big.Rat {
	text := n.String()
	if text == "" {
		return nil
	}
	if len(text) > 60 || strings.ContainsAny(text, "eE") {
		f, err := n.Float64()
		if err != nil {
			return nil
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}
