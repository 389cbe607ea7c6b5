#!/bin/sh
# The whole circle without the screen, in one script: `sh circle.sh TRAINING VALIDATION`.
set -eu
training=$1 validation=$2
field() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

finetui check "$training" "$validation" || [ $? -eq 1 ]  # a validation file may be short
finetui tokens "$training" --json | field '["files"][0]["billed_tokens"]'
file=$(finetui files upload "$training" --json | field '["id"]')
job=$(finetui jobs create --training-file "$file" --validation-file "$validation" \
  --model lab-micro --suffix script --epochs 1 --batch-size 8 --wait --json | field '["id"]')
finetui jobs events "$job" | grep -q "successfully completed"
finetui jobs result "$job" | head -n 1 | grep -q "^step,train_loss"
tuned=$(finetui jobs show "$job" --json | field '["fine_tuned_model"]')
finetui chat --model lab-micro --temperature 0 --max-tokens 5 "Is tap water fine?"
finetui chat --model "$tuned" --temperature 0 --max-tokens 5 "Is tap water fine?"
code=0; finetui models delete "$tuned" || code=$?
[ "$code" -eq 4 ]  # nothing is deleted without a yes
finetui models delete "$tuned" --yes
finetui models show "$tuned" | grep -q "^state *deleted here"  # what was known of it stays
echo "circle closed"
