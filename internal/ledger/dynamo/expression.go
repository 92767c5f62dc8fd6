package dynamo

import (
	"maps"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An item is what DynamoDB keeps under one key.
type item = map[string]types.AttributeValue

// An expression collects the parts of one request. Every name and value in it is
// a placeholder, so that none can be one of DynamoDB's 573 reserved words.
type expression struct {
	sets, removes, conditions []string
	names                     map[string]string
	values                    item
}

// name is the placeholder of an attribute, or of a path into a map.
func (x *expression) name(path ...string) string {
	var parts []string
	for _, part := range path {
		placeholder := "#" + strconv.Itoa(len(x.names))
		for known, name := range x.names {
			if name == part {
				placeholder = known
			}
		}
		if x.names == nil {
			x.names = map[string]string{}
		}
		x.names[placeholder] = part
		parts = append(parts, placeholder)
	}
	return strings.Join(parts, ".")
}

func (x *expression) value(v types.AttributeValue) string {
	if x.values == nil {
		x.values = item{}
	}
	placeholder := ":" + strconv.Itoa(len(x.values))
	x.values[placeholder] = v
	return placeholder
}

// set gives an attribute a value.
func (x *expression) set(name string, v types.AttributeValue) {
	x.sets = append(x.sets, x.name(name)+" = "+x.value(v))
}

// assign gives an attribute what an operand says.
func (x *expression) assign(name, operand string) {
	x.sets = append(x.sets, name+" = "+operand)
}

func (x *expression) remove(path ...string) { x.removes = append(x.removes, x.name(path...)) }

// require adds a condition; all of them must hold.
func (x *expression) require(condition string) { x.conditions = append(x.conditions, condition) }

// equal requires an attribute to have a value; version 0 of an item is none.
func (x *expression) equal(name string, version int64) {
	if version == 0 {
		x.require("attribute_not_exists(" + x.name(name) + ")")
		return
	}
	x.require(x.name(name) + " = " + x.value(number(version)))
}

func (x *expression) update() *string {
	var parts []string
	if len(x.sets) > 0 {
		parts = append(parts, "SET "+strings.Join(x.sets, ", "))
	}
	if len(x.removes) > 0 {
		parts = append(parts, "REMOVE "+strings.Join(x.removes, ", "))
	}
	return aws.String(strings.Join(parts, " "))
}

func (x *expression) condition() *string {
	if len(x.conditions) == 0 {
		return nil
	}
	return aws.String(strings.Join(x.conditions, " AND "))
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func bytesOf(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

// textOf, intOf, bytesIn, listIn and mapIn read an attribute; one that is missing
// or of another type is the zero value.
func textOf(it item, name string) string {
	v, _ := it[name].(*types.AttributeValueMemberS)
	if v == nil {
		return ""
	}
	return v.Value
}

func intOf(it item, name string) int64 {
	v, _ := it[name].(*types.AttributeValueMemberN)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func bytesIn(it item, name string) []byte {
	v, _ := it[name].(*types.AttributeValueMemberB)
	if v == nil {
		return nil
	}
	return v.Value
}

func listIn(it item, name string) []types.AttributeValue {
	v, _ := it[name].(*types.AttributeValueMemberL)
	if v == nil {
		return nil
	}
	return v.Value
}

func mapIn(it item, name string) item {
	v, _ := it[name].(*types.AttributeValueMemberM)
	if v == nil {
		return nil
	}
	return maps.Clone(v.Value)
}
