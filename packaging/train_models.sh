#!/usr/bin/env bash
# Trains the network of a default model from random weights: one trunk with two heads (FER2013's
# labels, FER+'s votes), whose answers become one. Interrupted, the same command goes on with the
# epoch that was under way.
#
#   packaging/train_models.sh FER2013.CSV FER2013NEW.CSV SETS OUT
#
# SETS holds the folders taiwan, lfw, sfew and jaffe, each with an index.csv: faces that no network
# learns from, by which temperature and threshold are chosen (trainer/EVALUATION.md).
# EPOCHS (50) and PRECISION (auto) may be set; KERAS_BACKEND=jax uses a GPU that TensorFlow does not.
set -euo pipefail
[ $# -eq 4 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
data=$1 votes=$2 sets=$3 out=$4
epochs=${EPOCHS:-50}
mkdir -p "$out"

resume=()
if [ -e "$out/run/run.json" ]; then resume=(--resume); fi
fer-train train --system residual_se_even --data "$data" --auxiliary-votes "$votes" --labels fer7 \
    --epochs "$epochs" --precision "${PRECISION:-auto}" --seed 0 --out "$out/run" "${resume[@]}"
fer-train export --run "$out/run" --head auxiliary --share 0.6 --levelling 0.75 --renormalize \
    --crop 1.08,0.075 --sure 0.8 --framed 1.16,0.075 \
    --calibrate-on "$sets/taiwan" --only-labels taiwan=angry,disgust,happy,sad,surprise,neutral \
    --calibrate-on "$sets/lfw" --only-labels lfw=angry,happy,sad,surprise,neutral \
    --calibrate-on "$sets/sfew" --calibrate-on "$sets/jaffe" \
    --name seven-expressions --out "$out/seven-expressions"
fer-train convert --precision int8 --data "$data" "$out/seven-expressions"
fer-train card "$out/seven-expressions"
