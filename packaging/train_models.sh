#!/usr/bin/env bash
# Trains the networks of the default model from random weights and puts them together: two networks
# with two heads each (FER2013's labels, FER+'s votes), of which one answers to the labels and the
# other to the votes. Interrupted, the same command goes on with the epoch that was under way.
#
#   packaging/train_models.sh FER2013.CSV FER2013NEW.CSV SETS OUT
#
# SETS holds the folders taiwan, lfw, sfew and jaffe, each with an index.csv: faces that no network
# learns from, by which temperature and threshold are chosen (trainer/EVALUATION.md).
# EPOCHS (50) and PRECISION (auto) may be set; KERAS_BACKEND=jax uses a GPU that TensorFlow does not.
set -euo pipefail
[ $# -eq 4 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
data=$1 votes=$2 sets=$3 out=$4
epochs=${EPOCHS:-50}
mkdir -p "$out"

train() { # train NAME SEED
    local resume=()
    if [ -e "$out/runs/$1/run.json" ]; then resume=(--resume); fi
    fer-train train --system residual_se --data "$data" --auxiliary-votes "$votes" --labels fer7 \
        --epochs "$epochs" --precision "${PRECISION:-auto}" --seed "$2" --out "$out/runs/$1" \
        --tighten 0.16 --brightness 0.12 --contrast 0.4 --gamma 0.6 --side-light 0.35 --blur 1 \
        --noise 0.02 --erase 0.3 --mixup 0.2 "${resume[@]}"
}

train labels 0
train votes 1
fer-train export --run "$out/runs/labels" --head main --share 1 --out "$out/labels"
fer-train export --run "$out/runs/votes" --head auxiliary --share 1 --out "$out/votes"
fer-train pair --model "$out/labels" --model "$out/votes" --share 0.3 --levelling 0.75 --crop 1.08,0.075 \
    --calibrate-on "$sets/taiwan" --only-labels taiwan=angry,disgust,happy,sad,surprise,neutral \
    --calibrate-on "$sets/lfw" --only-labels lfw=angry,happy,sad,surprise,neutral \
    --calibrate-on "$sets/sfew" --calibrate-on "$sets/jaffe" --framed 1.16,0.075 --sure 0.8 \
    --data "$data" --votes "$votes" --out "$out/seven-expressions"
