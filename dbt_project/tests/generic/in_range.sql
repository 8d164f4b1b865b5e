{#- Fails for each row whose value lies outside minimum to maximum (both included; leave one out for an open end).
    NULL passes: pair it with not_null. -#}
{% test in_range(model, column_name, minimum=none, maximum=none) %}
select {{ column_name }}
from {{ model }}
where
    {%- if minimum is not none %} {{ column_name }} < {{ minimum }}{% else %} false{% endif %}
    {%- if maximum is not none %} or {{ column_name }} > {{ maximum }}{% endif %}
{% endtest %}
