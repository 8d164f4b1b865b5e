{#- Today as a DATE: a day in exact_timezone (C1). Var as_of, which a run or a unit test sets; else the day on which
    the run started. Never the clock inside SQL: two models of one run must agree on the day. -#}
{% macro as_of() -%}
    {%- set day = flag('as_of') -%}
    {%- if day is none -%}
        {%- set zone = modules.pytz.timezone(flag('exact_timezone')) -%}
        {%- set day = run_started_at.astimezone(zone).strftime('%Y-%m-%d') -%}
    {%- endif -%}
    date {{ literal(day) }}
{%- endmacro %}
