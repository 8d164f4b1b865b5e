{#- Fails for each row whose value lies outside minimum to maximum (both included; either may be left out).
    NULL passes: pair it with not_null. -#}
{% test in_range(model, column_name, minimum='-infinity', maximum='infinity') %}
select {{ column_name }}
from {{ model }}
where
    {{ column_name }} < cast('{{ minimum }}' as double)
    or {{ column_name }} > cast('{{ maximum }}' as double)
{% endtest %}
