# SPDX-License-Identifier: MIT
# Every median, and every ratio to native, once more: from the samples alone, in another language.
#
#     awk -f docs/recompute.awk results/latest/samples.jsonl
#
# prints experiment, workload, params, metric, platform, runs, median and ratio ("-": there is none),
# with tabs between. docs/measuring.md says what is done; tests/e2e/recompute.sh compares it with
# `virtlab show --csv`.

# What stands behind "name": up to the first of the characters in `until`.
function field(name, until) {
    if (!match($0, "\"" name "\":[\"{]?[^" until "]*"))
        return ""
    value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
    sub(/^["{]/, "", value)
    return value
}
# "a":1,"b":"x" into into["a"] = 1 and so on.
function object(name, into, list, count, i, pair) {
    split("", into)
    count = split(field(name, "}"), list, ",")
    for (i = 1; i <= count; i++) {
        gsub(/"/, "", list[i])
        split(list[i], pair, ":")
        into[pair[1]] = pair[2]
    }
}
function median(list, v, n, i, j, x) {
    n = split(list, v, " ")
    for (i = 2; i <= n; i++) {
        x = v[i]
        for (j = i - 1; j > 0 && v[j] + 0 > x + 0; j--)
            v[j + 1] = v[j]
        v[j + 1] = x
    }
    return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2
}
function put(metric, value) {
    id = what "\t" metric "\t" platform
    runs[id]++
    all[id] = all[id] " " sprintf("%.17g", value)
    in_block[id, block] = in_block[id, block] " " sprintf("%.17g", value)
    source[id] = param["source"]
}
# The median, over the blocks that both have, of the ratios of their medians in it.
function ratio(id, native, b, ratios) {
    for (b = 0; b <= last_block; b++)
        if ((id, b) in in_block && (native, b) in in_block && median(in_block[native, b]) > 0)
            ratios = ratios " " sprintf("%.17g", median(in_block[id, b]) / median(in_block[native, b]))
    return ratios == "" || source[id] != source[native] ? "-" : sprintf("%.9g", median(ratios))
}
# Parameters that describe a sample and make no figure of their own.
function describes(name) {
    return name ~ /^(arm|source|stop|uid|ceiling|excess)$/ ||
           (name == "instances" && experiment == "footprint")
}

# The second native series is for the noise alone; escape has verdicts in place of figures.
!/"status":"ok"/ || /"arm":"b"/ || /"verdict":"/ { next }
{
    experiment = field("experiment", "\"")
    platform = field("platform", "\"")
    block = field("block", ",") + 0
    if (block > last_block)
        last_block = block
    object("params", param)
    object("metrics", metric)
    params = field("params", "}")
    count = split(params, names, ",")
    params = ""
    for (i = 1; i <= count; i++) {
        gsub(/"/, "", names[i])
        if (!describes(substr(names[i], 1, index(names[i], ":") - 1))) {
            sub(/:/, "=", names[i])
            params = params (params == "" ? "" : ",") names[i]
        }
    }
    what = experiment "\t" field("workload", "\"") "\t" params
    for (name in metric) {
        if (experiment != "footprint" || name !~ /^(pss|guest|tool|kernel)_bytes$/) {
            if (name != "output_hash")
                put(name, metric[name])
        } else if (param["instances"] == 1) {
            one[what, platform, block, name] = metric[name]
        } else {
            many[what, platform, block, name] = metric[name]
        }
        # What one more takes: the two were measured in the same block.
        cell = what SUBSEP platform SUBSEP block SUBSEP name
        if (experiment == "footprint" && cell in one && cell in many) {
            put("marginal_" name, (many[cell] - one[cell]) / (param["instances"] - 1))
            delete many[cell]
        }
    }
    if ("user_ns" in metric && "system_ns" in metric)
        put("cpu_ns", metric["user_ns"] + metric["system_ns"])
    if (metric["idle_wall_ns"] > 0)
        put("idle_percent", 100 * metric["idle_cpu_ns"] / metric["idle_wall_ns"])
    if (metric["work_ns"] != "" && metric["iterations_n"] > 0)
        put("turn_ns", metric["work_ns"] / metric["iterations_n"])
}
END {
    for (id in all) {
        native = id
        sub(/\t[^\t]*$/, "\tnative", native)
        printf "%s\t%d\t%.9g\t%s\n", id, runs[id], median(all[id]),
               id != native && native in all ? ratio(id, native) : "-"
    }
}
