-- One row per entity and raw stream that its mart needs under the present flags (C10).
with

entity_inputs as (
    {%- for input in plan_entity_inputs() %}
        select
            '{{ input.entity }}' as entity,
            '{{ input.source }}' as source,
            '{{ input.stream }}' as stream,
            {{ 'true' if input.optional else 'false' }} as may_be_unavailable
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from entity_inputs
