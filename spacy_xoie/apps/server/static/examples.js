// Sentences to begin with.

export const EXAMPLES = [
  ["English", "Maria Lopez opened a small bakery in Lisbon in 2015. Her brother, who had studied chemistry, designed the ovens and later taught the neighbours how to bake rye bread."],
  ["German", "Die Stadt hat im vergangenen Jahr eine neue Brücke gebaut. Der Rat lehnte den Plan für ein zweites Parkhaus ab."],
  ["Spanish", "La profesora escribió tres novelas sobre el mar. El museo compró sus cartas en 2019."],
  ["French", "Le boulanger vend du pain aux voisins. Sa fille a ouvert un restaurant à Lyon."],
  ["Portuguese", "O engenheiro construiu uma ponte sobre o rio. A câmara pagou a obra em dois anos."],
  ["Arabic", "افتتحت الشركة مصنعا جديدا في القاهرة. كتبت الطالبة رسالة طويلة إلى أخيها."],
  ["Chinese", "这家公司在上海建了一座工厂。老师写了三本关于大海的小说。"],
  ["Several languages", "The museum bought three paintings in June. Die Stadt hat das Haus gebaut. La profesora escribió tres novelas. 公司在上海建了一座工厂。"],
];
