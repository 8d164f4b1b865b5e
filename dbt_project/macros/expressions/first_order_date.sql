{#- Flag start_date as a DATE; by default the first of the month 24 months before today (F). Orders dated
    before it are not sent. -#}
{% macro first_order_date() -%}
    {%- if flag('start_date') is none -%}
        cast(date_trunc('month', {{ as_of() }}) - interval 24 month as date)
    {%- else -%}
        cast({{ flag_sql('start_date') }} as date)
    {%- endif -%}
{%- endmacro %}
