"""Pages of metrics that do what pages in the field do: well-formed ones, odd ones, and ones that are refused."""

from dataclasses import dataclass

OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
NOW, NOW_MS = "@NOW@", "@NOW_MS@"
"""What stands for the present in a page, in seconds and in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page and the content type it comes with."""

    about: str
    body: bytes
    kind: str | None


def _open(**pages: str) -> list[Answer]:
    return [Answer(about=_words(name), body=_bytes(f"{body}\n# EOF\n"), kind=OPEN) for name, body in pages.items()]


def _whole(**pages: str) -> list[Answer]:
    """OpenMetrics pages whose end is as given."""
    return [Answer(about=_words(name), body=_bytes(body), kind=OPEN) for name, body in pages.items()]


def _text(**pages: str) -> list[Answer]:
    return [Answer(about=_words(name), body=_bytes(body), kind=TEXT) for name, body in pages.items()]


def _of(kind: str | None, **pages: str) -> list[Answer]:
    return [Answer(about=_words(name), body=_bytes(body), kind=kind) for name, body in pages.items()]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _bytes(text: str) -> bytes:
    """Latin-1 letters become single bytes, which are no UTF-8."""
    return text.encode("latin-1") if any("\x80" <= letter <= "\xff" for letter in text) else text.encode()


_HISTOGRAM = 'h_bucket{le="1.0"} 1\nh_bucket{le="+Inf"} 2\nh_count 2\nh_sum 3'
_LONG = "x" * 200

OPEN_METRICS = [
    *_open(
        a_counter="# TYPE foo counter\nfoo_total 17",
        a_counter_without_total="# TYPE foo counter\nfoo 17",
        a_counter_of_another_suffix="# TYPE foo counter\nfoo_sum 17",
        a_counter_whose_family_ends_in_total="# TYPE foo_total counter\nfoo_total 17",
        a_gauge_with_total="# TYPE foo gauge\nfoo_total 17",
        a_histogram="# TYPE h histogram\n" + _HISTOGRAM,
        an_unknown_suffix_in_a_histogram="# TYPE h histogram\n" + _HISTOGRAM + "\nh_max 3",
        a_summary_with_buckets='# TYPE s summary\ns_bucket{le="1"} 1\ns_count 1\ns_sum 1',
        an_info_without_suffix='# TYPE build info\nbuild{version="1"} 1',
        an_info_that_is_not_1='# TYPE build info\nbuild_info{version="1"} 2',
        a_stateset_without_its_label='# TYPE s stateset\ns{a="b"} 1',
        a_stateset_that_is_2='# TYPE s stateset\ns{s="b"} 2',
        a_gaugehistogram='# TYPE g gaugehistogram\ng_bucket{le="+Inf"} 2\ng_gcount 2\ng_gsum 3',
        a_family_in_two_blocks='# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{x="1"} 2',
        families_interleaved='a{x="1"} 1\nb 1\na{x="2"} 2',
        type_twice="# TYPE a gauge\n# TYPE a gauge\na 1",
        two_types="# TYPE a gauge\n# TYPE a counter\na 1",
        type_after_its_samples="a 1\n# TYPE a gauge",
        help_after_its_samples="# TYPE a gauge\na 1\n# HELP a it",
        help_twice="# HELP a one\n# HELP a two\na 1",
        help_that_is_empty="# HELP a \na 1",
        help_with_wrong_escapes="# HELP a back\\slash \\q\na 1",
        unit="# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1",
        unit_that_is_empty="# UNIT a_seconds \na_seconds 1",
        samples_of_no_family="a 1\nb 2",
        a_family_without_samples="# TYPE a gauge\n# TYPE b gauge\nb 1",
        buckets_out_of_order='# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_bucket{le="1.0"} 1\nh_count 2\nh_sum 3',
        buckets_that_fall='# TYPE h histogram\nh_bucket{le="1.0"} 5\nh_bucket{le="+Inf"} 2\nh_count 2\nh_sum 3',
        buckets_without_an_end='# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_count 2\nh_sum 3',
        buckets_without_a_bound="# TYPE h histogram\nh_bucket 1\nh_count 2\nh_sum 3",
        bounds_that_are_words='# TYPE h histogram\nh_bucket{le="wide"} 1\nh_bucket{le="+Inf"} 2',
        bounds_without_a_point='# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2',
        negative_bounds='# TYPE h histogram\nh_bucket{le="-1.0"} 1\nh_bucket{le="+Inf"} 2\nh_count 2\nh_sum -3',
        negative_bounds_without_a_sum='# TYPE h histogram\nh_bucket{le="-1.0"} 1\nh_bucket{le="+Inf"} 2\nh_count 2',
        a_sum_without_a_count='# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_sum 3',
        a_count_that_is_not_the_last_bucket='# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_count 7\nh_sum 3',
        buckets_that_are_no_whole_numbers='# TYPE h histogram\nh_bucket{le="+Inf"} 2.5\nh_count 2.5\nh_sum 3',
        a_histogram_of_NaN='# TYPE h histogram\nh_bucket{le="+Inf"} NaN\nh_count NaN\nh_sum NaN',
        a_sum_of_NaN='# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\nh_sum NaN',
        a_negative_sum='# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\nh_sum -1',
        a_summary='# TYPE s summary\ns{quantile="0.5"} 2\ns_count 3\ns_sum 6',
        a_summary_with_a_negative_sum="# TYPE s summary\ns_count 3\ns_sum -6",
        a_negative_quantile_value='# TYPE s summary\ns{quantile="0.5"} -2',
        a_quantile_beyond_1='# TYPE s summary\ns{quantile="1.5"} 2',
        a_quantile_that_is_a_word='# TYPE s summary\ns{quantile="half"} 2',
        a_negative_counter="# TYPE foo counter\nfoo_total -1",
        a_counter_of_NaN="# TYPE foo counter\nfoo_total NaN",
        infinite_values="a +Inf\nb -Inf\nc inf\nd Infinity\ne -infinity",
        numbers_in_all_forms="a 1e3\nb .5\nc 5.\nd +1\ne -0\nf 1E-3\ng 007",
        the_least_and_the_largest_number="a 1e-999\nb 1.7976931348623157e308\nc 5e-324",
        a_number_out_of_range="a 1e999",
        a_number_with_underscores="a 1_000",
        a_hexadecimal_number="a 0x1F",
        a_hexadecimal_float="a 0x1p4",
        a_signed_NaN="a -NaN",
        a_comma_for_a_point="a 1,5",
        a_value_that_is_a_word="a true",
        no_value="a",
        a_blank_for_a_value="a ",
        a_time=f"a 1 {NOW}",
        a_time_with_a_fraction=f"a 1 {NOW}.123",
        a_time_in_exponents="a 1 1e9",
        a_time_of_NaN="a 1 NaN",
        a_time_that_is_a_word="a 1 now",
        a_time_far_ahead="a 1 9999999999",
        times_on_some_samples=f'a{{x="1"}} 1 {NOW}\na{{x="2"}} 2',
        two_samples_of_a_series="a 1\na 2",
        one_sample_twice="a 1\na 1",
        two_instants_of_a_series=f"a 1 {NOW}.1\na 2 {NOW}.2",
        an_exemplar='# TYPE foo counter\nfoo_total 1 # {trace="x"} 1.0',
        an_exemplar_with_a_time=f'# TYPE foo counter\nfoo_total 1 {NOW} # {{trace="x"}} 1.0 {NOW}',
        a_long_exemplar=f'# TYPE foo counter\nfoo_total 1 # {{trace="{_LONG}"}} 1.0',
        an_exemplar_on_a_gauge='# TYPE foo gauge\nfoo 1 # {trace="x"} 1.0',
        an_exemplar_without_labels="# TYPE foo counter\nfoo_total 1 # {} 1.0",
        an_exemplar_with_a_label_twice='foo_total 1 # {trace="x",trace="y"} 1',
        an_exemplar_with_a_name='foo_total 1 # {__name__="x"} 1',
        an_exemplar_with_an_empty_label='foo_total 1 # {trace=""} 1',
        an_exemplar_of_NaN='foo_total 1 # {trace="x"} NaN',
        an_exemplar_outside_its_bucket='# TYPE h histogram\nh_bucket{le="1.0"} 1 # {trace="x"} 99',
        an_exemplar_without_a_value='foo_total 1 # {trace="x"}',
        an_exemplar_with_a_word_for_a_time='foo_total 1 # {trace="x"} 1 now',
        an_exemplar_at_no_time='foo_total 1 # {trace="x"} 1 +Inf',
        an_exemplar_that_is_no_label_set="foo_total 1 # trace",
        an_exemplar_with_a_trailing_comma='foo_total 1 # {trace="x",} 1',
        created="# TYPE foo counter\nfoo_total 17\nfoo_created 1.5e9",
        created_before_total="# TYPE foo counter\nfoo_created 1.5e9\nfoo_total 17",
        a_label_twice='a{x="1",x="2"} 1',
        a_label_twice_the_same='a{x="1",x="1"} 1',
        the_name_as_a_label='a{__name__="b"} 1',
        an_empty_label='a{x=""} 1',
        an_empty_label_beside_none='a{x=""} 1\na 2',
        labels_out_of_order='a{z="1",b="2"} 1',
        one_series_in_two_orders='a{z="1",b="2"} 1\na{b="2",z="1"} 2',
        no_labels_in_braces="a{} 1",
        a_trailing_comma='a{x="1",} 1',
        a_leading_comma='a{,x="1"} 1',
        a_comma_alone="a{,} 1",
        labels_without_a_comma='a{x="1"y="2"} 1',
        blanks_in_the_braces='a{ x="1" } 1',
        a_blank_after_the_comma='a{x="1", y="2"} 1',
        blanks_around_the_sign='a{x = "1"} 1',
        a_blank_before_the_braces='a {x="1"} 1',
        no_blank_before_the_value='a{x="1"}1',
        two_blanks_before_the_value="a  1",
        a_tab_before_the_value="a\t1",
        a_blank_at_the_end="a 1 ",
        a_blank_at_the_beginning=" a 1",
        escapes_in_a_label='a{x="\\\\ \\" \\n \\q"} 1',
        a_brace_in_a_label='a{x="}"} 1',
        a_hash_in_a_label='a{x=" # {"} 1',
        a_new_line_in_a_label='a{x="1\n2"} 1',
        a_label_in_single_quotes="a{x='1'} 1",
        a_label_without_quotes="a{x=1} 1",
        a_label_without_an_end='a{x="1} 1',
        braces_without_an_end='a{x="1" 1',
        a_label_that_is_no_name='a{1x="1"} 1',
        a_label_with_a_dash='a{x-y="1"} 1',
        a_label_with_a_colon='a{x:y="1"} 1',
        a_label_that_is_not_utf8='a{x="\xff"} 1',
        a_label_of_other_letters='a{x="\u2713 \u20bf"} 1',
        a_name_with_a_colon="a:b 1",
        a_name_that_begins_with_a_digit="1a 1",
        a_name_with_a_dash="a-b 1",
        a_name_with_a_dot="a.b 1",
        a_name_of_other_letters="\u20bf 1",
        the_page_s_own_job='a{job="x",instance="y"} 1',
        the_page_s_own_job_twice='a{job="x",exported_job="y"} 1',
        a_comment="# just a comment\na 1",
        a_comment_without_a_blank="#comment\na 1",
        an_empty_line="a 1\n\nb 2",
        windows_line_ends="a 1\r\nb 2\r",
        a_byte_order_mark="\ufeffa 1",
        a_type_of_another_case="# TYPE a Gauge\na 1",
        the_type_untyped="# TYPE a untyped\na 1",
        a_type_that_is_none="# TYPE a number\na 1",
        a_type_without_a_word="# TYPE a\na 1",
        a_type_with_a_blank_behind="# TYPE a gauge \na 1",
        two_blanks_in_a_type="# TYPE  a gauge\na 1",
        a_word_of_another_case="# Type a gauge\na 1",
        a_help_without_a_text="# HELP a\na 1",
        a_help_that_is_not_utf8="# HELP a caf\xe9\na 1",
        a_help_of_a_name_with_a_dot="# HELP a.b it\na 1",
        a_unit_that_the_name_lacks="# UNIT a seconds\na 1",
        a_unit_after_its_samples="a_seconds 1\n# UNIT a_seconds seconds",
        a_name_in_quotes='# TYPE "http.requests" counter\n{"http.requests_total"} 5',
        a_label_in_quotes='{"http.requests","service.name"="x",plain="y"} 5',
        a_label_in_quotes_of_a_plain_name='requests_total{"service.name"="x"} 5',
        a_name_in_quotes_after_the_labels='{x="y","http.requests"} 5',
        a_name_in_quotes_twice='{"a","b"} 5',
        a_name_before_and_in_the_braces='a{"b"} 5',
        braces_without_a_name='{x="y"} 5',
    ),
    *_whole(
        no_EOF="a 1\n",
        EOF_without_a_line_end="a 1\n# EOF",
        an_EOF_alone="# EOF\n",
        an_EOF_in_the_middle="a 1\n# EOF\nb 2\n# EOF\n",
        an_empty_line_after_EOF="a 1\n# EOF\n\n",
        nothing_at_all="",
        cut_within_a_line="a 1\nb",
        cut_within_a_type="# TYPE a gau",
    ),
]
"""Pages that say they are OpenMetrics."""

TEXT_FORMAT = [
    *_text(
        a_counter="# TYPE foo counter\nfoo 17\n",
        a_counter_in_two_names="# TYPE foo counter\nfoo_total 17\nfoo 3\n",
        a_histogram="# TYPE h histogram\n" + _HISTOGRAM + "\n",
        a_summary='# TYPE s summary\ns{quantile="0.5"} NaN\ns_count 0\ns_sum 0\n',
        an_untyped_metric="# TYPE a untyped\na 1\n",
        nothing_at_all="",
        an_empty_line="\n\na 1\n\n",
        no_line_end="a 1",
        comments="# a comment\n#another\n#\n# \n# HELPer\n#TYPE a b\na 1\n",
        a_comment_that_is_not_utf8="# caf\xe9\na 1\n",
        a_help_that_is_not_utf8="# HELP a caf\xe9\na 1\n",
        a_label_that_is_not_utf8='a{x="\xe9"} 1\n',
        a_help_without_a_text="# HELP a\na 1\n",
        a_help_without_a_name="# HELP \na 1\n",
        a_help_of_a_name_with_a_dot="# HELP a.b it\na 1\n",
        a_type_of_a_name_with_a_dot="# TYPE a.b gauge\na 1\n",
        a_type_of_openmetrics="# TYPE a unknown\na 1\n",
        the_type_info="# TYPE a info\na 1\n",
        a_type_without_a_word="# TYPE a\na 1\n",
        a_type_with_a_blank_behind="# TYPE a gauge \na 1\n",
        two_blanks_before_the_type="# TYPE a  gauge\na 1\n",
        tabs_in_a_type="#\tTYPE\ta\tgauge\na 1\n",
        a_type_with_a_dash_for_a_blank="# TYPE a-gauge\na 1\n",
        a_unit="# UNIT a_seconds seconds\na_seconds 1\n",
        an_EOF="a 1\n# EOF\nb 2\n",
        an_exemplar='a 1 # {trace="x"} 1\n',
        a_blank_before_the_name=" a 1\n",
        blanks_before_a_comment="  # TYPE a gauge\na 1\n",
        blanks_and_tabs='a \t{ x = "1" , y="2"\t}  1 \t\n',
        labels_without_a_comma='a{x="1"y="2" z="3"} 1\n',
        a_trailing_comma='a{x="1",} 1\n',
        two_commas='a{x="1",,y="2"} 1\n',
        a_comma_alone="a{,} 1\n",
        no_labels_in_braces="a{} 1\n",
        braces_twice='a{x="1"}{y="2"} 1\n',
        no_blank_before_the_value='a{x="1"}1\n',
        a_sign_right_after_the_name="a+1\n",
        a_name_with_a_dot="a.b 1\n",
        a_number_that_sticks_to_the_name="a.5\n",
        a_new_line_in_a_label='a{x="1\n2"} 1\n',
        a_backslash_before_a_new_line='a{x="1\\\n2"} 1\n',
        a_new_line_in_the_braces='a{x="1",\ny="2"} 1\n',
        escapes_in_a_label='a{x="\\\\ \\" \\n \\q"} 1\n',
        a_zero_byte_in_a_label='a{x="1\x002"} 1\n',
        a_zero_byte_between_lines="a 1\n\x00b 2\n",
        a_time=f"a 1 {NOW_MS}\n",
        a_time_before_zero="a 1 -5\n",
        a_time_with_a_fraction="a 1 1.5\n",
        a_time_out_of_range="a 1 99999999999999999999\n",
        a_time_of_5000_digits="a 1 " + "9" * 5000 + "\n",
        a_time_of_5000_zeros="a 1 " + "0" * 5000 + "1\n",
        a_time_far_ahead="a 1 99999999999999\n",
        two_samples_of_a_series="a 1\na 2\n",
        a_label_twice='a{x="1",x="2"} 1\n',
        an_empty_label='a{x=""} 1\n',
        windows_line_ends="a 1\r\nb 2\r\n",
        an_empty_windows_line="a 1\n\r\n",
        a_byte_order_mark="\ufeffa 1\n",
        HTML="<html><body>404</body></html>\n",
        JSON='{"status": "success"}\n',
        infinite_values="a +Inf\nb -Inf\nc INF\n",
        a_signed_NaN="a +NaN\n",
        a_number_out_of_range="a -1e999\n",
        a_number_with_underscores="a 1_0\n",
        digits_of_other_scripts="a \u0661\n",
        no_value="a\n",
        a_value_and_two_times=f"a 1 {NOW_MS} {NOW_MS}\n",
        cut_within_a_label='a 1\nb{x="1',
        a_good_line_and_a_bad_one="a 1\nb{ 2\n",
        a_name_in_quotes='# TYPE "http.requests" counter\n{"http.requests", "service.name"="x"} 5\n',
        a_label_in_quotes='requests{"service.name"="x"} 5\n',
        a_name_in_quotes_without_braces='"http.requests" 5\n',
    ),
    *_of(
        "application/openmetrics-text",
        a_content_type_without_a_version="# TYPE a counter\na 1\n# EOF\n",
        the_text_format_named_openmetrics="# hello\na 1\n",
    ),
    *_of("Application/OpenMetrics-Text;version=0.0.1", a_content_type_in_capitals="# hello\na 1\n"),
    *_of("application/openmetrics-text; charset", a_content_type_that_is_broken="# hello\na 1\n"),
    *_of("application/openmetrics-text;", a_content_type_with_a_semicolon="# hello\na 1\n"),
    *_of("application/openmetrics-text; a=1; a=2", a_parameter_twice="# hello\na 1\n"),
    *_of('application/openmetrics-text; a="x;y"', a_semicolon_in_quotes="# TYPE a counter\na 1\n# EOF\n"),
    *_of("application/openmetrics-text; a=x/y", a_parameter_that_needs_quotes="# hello\na 1\n"),
    *_of('application/openmetrics-text; a="x', a_quote_that_does_not_end="# hello\na 1\n"),
    *_of("application/openmetrics-text ; version = 1.0.0", blanks_in_a_content_type="# TYPE a counter\na 1\n# EOF\n"),
    *_of('text/plain; x="application/openmetrics-text"', openmetrics_in_a_parameter="# hello\na 1\n"),
    *_of("text/html", a_content_type_of_something_else="# hello\na 1\n"),
    *_of("application/json", openmetrics_named_JSON="# TYPE a counter\na 1\n# EOF\n"),
    *_of("nonsense", a_content_type_that_is_no_word="# hello\na 1\n"),
    *_of(None, no_content_type="# hello\na 1\n"),
]
"""Pages of the Prometheus text format, and pages that say little of what they are."""

PAGES = (*OPEN_METRICS, *TEXT_FORMAT)

SINCE_PROMETHEUS_3 = {
    "a name in quotes",
    "a label in quotes",
    "a label in quotes of a plain name",
    "a name in quotes after the labels",
}
"""Pages that 2.42 refuses and 3 takes, as Tocsin does."""
