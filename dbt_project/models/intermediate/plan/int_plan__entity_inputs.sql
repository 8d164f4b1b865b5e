-- One row per entity and raw stream that its mart needs under the present flags (C10).
{%- set inputs = plan_entity_inputs() %}
with

entity_inputs as (
    select entity, source, stream, may_be_unavailable
    from (
        values
        {%- for input in inputs %}
        ('{{ input.entity }}', '{{ input.source }}', '{{ input.stream }}', {{ literal(input.optional) }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as listed (entity, source, stream, may_be_unavailable)
)

select * from entity_inputs
