{#- What the brake counts, per entity: measure -> the column of the changes that says whether a row is hit. -#}
{% macro brake_measures(entity) -%}
    {%- set measures = {'leaving': 'is_leaving'} -%}
    {%- if entity == 'products' -%}
        {%- do measures.update({'stock to 0': 'is_stock_to_zero', 'price to 0': 'is_price_to_zero'}) -%}
    {%- endif -%}
    {{ return(measures) }}
{%- endmacro %}


{#- One row per measure of the brake over one entity. It trips where so many of the known records are hit that a person
    must say yes first: more than mass_delete_limit percent of them, and at least 20. -#}
{% macro brake(entity, changes) -%}
with

changes as (
    select *
    from {{ changes }}
    -- what was refused is not sent, so it hits nothing
    where refusal_message is null
),

known as (
    select count(*) as known_count
    from {{ source('ledger', 'records') }}
    where entity = '{{ entity }}'
),

hits as (
    {%- for measure, is_hit in brake_measures(entity).items() %}
    select '{{ measure }}' as measure, count(*) filter (where {{ is_hit }}) as hit_count from changes
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    '{{ entity }}' as entity,
    hits.measure,
    known.known_count,
    hits.hit_count,
    hits.hit_count >= 20
    and hits.hit_count * 100 > {{ flag_sql('mass_delete_limit') }} * known.known_count as is_tripped,
    -- '45 of 100 leaving, limit 20 %'
    hits.hit_count || ' of ' || known.known_count || ' ' || hits.measure
    || ', limit ' || {{ flag_sql('mass_delete_limit') }} || ' %' as brake_reason,
from hits
cross join known
{%- endmacro %}
